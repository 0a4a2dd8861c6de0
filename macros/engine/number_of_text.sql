{#- SQL: a text as a DOUBLE, NULL where it is no number. -#}
{% macro number_of_text(text) -%}
    {{ return(adapter.dispatch("number_of_text", "customer_segmentation")(text)) }}
{%- endmacro %}

{#- Spark reads 12d as a number and 1_000 as none; DuckDB does the opposite. -#}
{% macro default__number_of_text(text) -%}
    try_cast(regexp_replace(
        regexp_replace({{ text }}, '^(.*[0-9.])([dDfF] *)$', '$1 no number'),
        '(?<=[0-9])_(?=[0-9])', ''
    ) as double)
{%- endmacro %}

{% macro duckdb__number_of_text(text) -%}
    try_cast({{ text }} as double)
{%- endmacro %}
