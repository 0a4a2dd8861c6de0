{#- SQL: a text as a DOUBLE; NULL if the text is not a number. -#}
{% macro number_of_text(text) -%}
    {{ return(adapter.dispatch("number_of_text", "customer_segmentation")(text)) }}
{%- endmacro %}

{#- Spark reads 12d as a number, but not 1_000; DuckDB reads 1_000, but not 12d. -#}
{% macro default__number_of_text(text) -%}
    try_cast(regexp_replace(
        regexp_replace({{ text }}, '^(.*[0-9.])([dDfF] *)$', '$1 no number'),
        '(?<=[0-9])_(?=[0-9])', ''
    ) as double)
{%- endmacro %}

{% macro duckdb__number_of_text(text) -%}
    try_cast({{ text }} as double)
{%- endmacro %}
