{#- From 0 to 1. -#}
{% macro hashed_fraction(value) -%}
    {{ return(adapter.dispatch("hashed_fraction", "customer_segmentation")(value)) }}
{%- endmacro %}

{#- of a signed hash -#}
{% macro default__hashed_fraction(value) -%}
    (cast({{ customer_segmentation.hashed(value) }} as double) + 9223372036854775808e0)
        / 18446744073709551616e0
{%- endmacro %}

{% macro duckdb__hashed_fraction(value) -%}
    cast({{ customer_segmentation.hashed(value) }} as double) / 18446744073709551616e0
{%- endmacro %}
