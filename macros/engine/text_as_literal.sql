{#- As SQL in a text of SQL. -#}
{% macro text_as_literal(text) -%}
    '''' || replace({{ text }}, '''', '''''') || ''''
{%- endmacro %}
