{#- For models that write SQL as text: the text in quotes, with quotes in it doubled. -#}
{% macro text_as_literal(text) -%}
    '''' || replace({{ text }}, '''', '''''') || ''''
{%- endmacro %}
