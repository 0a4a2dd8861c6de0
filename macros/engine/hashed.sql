{#- The engine's own hash, a whole number of 64 bits. For samples and comparisons that
    must be the same whatever the order of the rows; what must be the same for ever, such
    as a hold-out, takes hashed_share. -#}
{% macro hashed(value) -%}
    {{ return(adapter.dispatch("hashed", "customer_segmentation")(value)) }}
{%- endmacro %}

{% macro default__hashed(value) -%}
    xxhash64({{ value }})
{%- endmacro %}

{% macro duckdb__hashed(value) -%}
    hash({{ value }})
{%- endmacro %}
