{#- SQL: whether a part of a text matches a regular expression.
    text: SQL of a text.
    pattern: the expression without quotes, in the syntax that RE2 and Java share. -#}
{% macro has_pattern(text, pattern) -%}
    {{ return(adapter.dispatch("has_pattern", "customer_segmentation")(text, pattern)) }}
{%- endmacro %}

{% macro default__has_pattern(text, pattern) -%}
    regexp_like({{ text }}, {{ customer_segmentation.quoted_text(pattern) }})
{%- endmacro %}

{% macro duckdb__has_pattern(text, pattern) -%}
    regexp_matches({{ text }}, {{ customer_segmentation.quoted_text(pattern) }})
{%- endmacro %}
