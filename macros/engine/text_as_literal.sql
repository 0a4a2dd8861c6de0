{#- For models that write SQL as text: the text in quotes, and its own quotes doubled. -#}
{% macro text_as_literal(text) -%}
    '''' || replace({{ text }}, '''', '''''') || ''''
{%- endmacro %}
