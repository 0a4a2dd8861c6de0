{% macro hash_share(value) -%}
    {{ return(adapter.dispatch("hash_share", "customer_segmentation")(value)) }}
{%- endmacro %}

{% macro default__hash_share(value) -%}
    cast(conv(substring({{ dbt.hash(value) }}, 1, 8), 16, 10) as double) / 4294967296e0
{%- endmacro %}

{% macro duckdb__hash_share(value) -%}
    cast('0x' || substring({{ dbt.hash(value) }}, 1, 8) as bigint) / 4294967296e0
{%- endmacro %}
