{#- SQL: whether the SQL in the vars is tried before it is used. Only for errors of DuckDB
    does this project know what the user should do. -#}
{% macro tries_settings() -%}
    {{ return(adapter.dispatch("tries_settings", "customer_segmentation")()) }}
{%- endmacro %}

{% macro default__tries_settings() -%}
    1 = 0
{%- endmacro %}

{% macro duckdb__tries_settings() -%}
    1 = 1
{%- endmacro %}
