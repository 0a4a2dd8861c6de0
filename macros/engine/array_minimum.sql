{% macro array_minimum(values) -%}
    {{ return(adapter.dispatch("array_minimum", "customer_segmentation")(values)) }}
{%- endmacro %}

{% macro default__array_minimum(values) -%}
    array_min({{ values }})
{%- endmacro %}

{% macro duckdb__array_minimum(values) -%}
    list_min({{ values }})
{%- endmacro %}
