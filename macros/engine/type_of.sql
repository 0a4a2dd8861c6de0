{% macro type_of(expression) -%}
    typeof({{ expression }})
{%- endmacro %}
