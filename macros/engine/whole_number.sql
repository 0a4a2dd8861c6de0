{#- SQL: the nearest whole number, as a BIGINT. Spark's own cast cuts the decimals off. -#}
{% macro whole_number(value) -%}
    {{ return(adapter.dispatch("whole_number", "customer_segmentation")(value)) }}
{%- endmacro %}

{% macro default__whole_number(value) -%}
    cast(round({{ value }}) as bigint)
{%- endmacro %}

{% macro duckdb__whole_number(value) -%}
    cast({{ value }} as bigint)
{%- endmacro %}
