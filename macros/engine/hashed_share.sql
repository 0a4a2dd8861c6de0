{#- MD5 gives the same result on all engines. The first eight digits are 32 bits. -#}
{% macro hashed_share(value, name) -%}
    {{ return(adapter.dispatch("hashed_share", "customer_segmentation")(value, name)) }}
{%- endmacro %}

{% macro default__hashed_share(value, name) -%}
    cast(conv(substring(
        {{ customer_segmentation.salted_hash(value, name) }}, 1, 8
    ), 16, 10) as double) / 4294967296e0
{%- endmacro %}

{% macro duckdb__hashed_share(value, name) -%}
    cast(cast('0x' || substring(
        {{ customer_segmentation.salted_hash(value, name) }}, 1, 8
    ) as bigint) as double) / 4294967296e0
{%- endmacro %}

{% macro salted_hash(value, name) -%}
    md5({{ customer_segmentation.quoted_text(name ~ ":") }}
        || cast({{ value }} as {{ dbt.type_string() }}))
{%- endmacro %}
