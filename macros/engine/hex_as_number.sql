{#- 15 digits at most are allowed, because more may not fit into a BIGINT. -#}
{% macro hex_as_number(digits) -%}
    {{ return(adapter.dispatch("hex_as_number", "customer_segmentation")(digits)) }}
{%- endmacro %}

{% macro default__hex_as_number(digits) -%}
    cast(conv({{ digits }}, 16, 10) as bigint)
{%- endmacro %}

{% macro duckdb__hex_as_number(digits) -%}
    cast('0x' || {{ digits }} as bigint)
{%- endmacro %}
