{#- The engine's own hash, a whole number of 64 bits, for samples and comparisons that do
    not depend on the order of the rows. It may change with the version of the engine. For
    numbers that must never change, such as a hold-out, use hashed_share. -#}
{% macro hashed(value) -%}
    {{ return(adapter.dispatch("hashed", "customer_segmentation")(value)) }}
{%- endmacro %}

{% macro default__hashed(value) -%}
    xxhash64({{ value }})
{%- endmacro %}

{% macro duckdb__hashed(value) -%}
    hash({{ value }})
{%- endmacro %}
