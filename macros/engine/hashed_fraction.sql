{#- A number from 0 to 1; the numbers of different values are uniformly distributed. -#}
{% macro hashed_fraction(value) -%}
    {{ return(adapter.dispatch("hashed_fraction", "customer_segmentation")(value)) }}
{%- endmacro %}

{#- Spark's hash is signed, so half of its range is added first. -#}
{% macro default__hashed_fraction(value) -%}
    (cast({{ customer_segmentation.hashed(value) }} as double) + 9223372036854775808e0)
        / 18446744073709551616e0
{%- endmacro %}

{% macro duckdb__hashed_fraction(value) -%}
    cast({{ customer_segmentation.hashed(value) }} as double) / 18446744073709551616e0
{%- endmacro %}
