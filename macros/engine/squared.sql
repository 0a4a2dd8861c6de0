{#- power(x, 2) takes about ten times as long. The engine computes the factor once. -#}
{% macro squared(expression) -%}
    (({{ expression }}) * ({{ expression }}))
{%- endmacro %}
