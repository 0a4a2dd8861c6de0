{#- SQL: whether the SQL in the vars is tried before it is used. It is tried on DuckDB
    only, because this project has no advice on the errors of other engines. -#}
{% macro tries_settings() -%}
    {{ return(adapter.dispatch("tries_settings", "customer_segmentation")()) }}
{%- endmacro %}

{% macro default__tries_settings() -%}
    1 = 0
{%- endmacro %}

{% macro duckdb__tries_settings() -%}
    1 = 1
{%- endmacro %}
