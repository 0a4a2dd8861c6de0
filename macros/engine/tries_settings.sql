{#- SQL: whether the SQL of the vars is tried before it is used. Only the errors of DuckDB
    are known well enough to say what to do about them. -#}
{% macro tries_settings() -%}
    {{ return(adapter.dispatch("tries_settings", "customer_segmentation")()) }}
{%- endmacro %}

{% macro default__tries_settings() -%}
    1 = 0
{%- endmacro %}

{% macro duckdb__tries_settings() -%}
    1 = 1
{%- endmacro %}
