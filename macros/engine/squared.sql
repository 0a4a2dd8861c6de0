{#- power(x, 2) takes some ten times as long; the engine sees that both factors are one. -#}
{% macro squared(expression) -%}
    (({{ expression }}) * ({{ expression }}))
{%- endmacro %}
