{#- Texts that look the same become the same text: without blanks at the ends and without
    invisible characters, in one Unicode form. -#}
{% macro plain_text(value) -%}
    {{ return(adapter.dispatch("plain_text", "customer_segmentation")(value)) }}
{%- endmacro %}

{% macro default__plain_text(value) -%}
    regexp_replace({{ value }}, '\\p{C}|^[\\p{Z}\\p{C}]+|[\\p{Z}\\p{C}]+$', '')
{%- endmacro %}

{% macro duckdb__plain_text(value) -%}
    nfc_normalize(regexp_replace(
        {{- value }}, '\p{C}|^[\p{Z}\p{C}]+|[\p{Z}\p{C}]+$', '', 'g'))
{%- endmacro %}
