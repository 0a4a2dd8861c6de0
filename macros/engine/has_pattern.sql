{#- SQL: whether a text has a part that a regular expression describes.
    text: SQL of a text.
    pattern: the expression, as RE2 and Java both read it, without quotes. -#}
{% macro has_pattern(text, pattern) -%}
    {{ return(adapter.dispatch("has_pattern", "customer_segmentation")(text, pattern)) }}
{%- endmacro %}

{% macro default__has_pattern(text, pattern) -%}
    regexp_like({{ text }}, {{ customer_segmentation.quoted_text(pattern) }})
{%- endmacro %}

{% macro duckdb__has_pattern(text, pattern) -%}
    regexp_matches({{ text }}, {{ customer_segmentation.quoted_text(pattern) }})
{%- endmacro %}
