{#- Quantiles are interpolated, and so off by a bit or two. -#}
{% macro is_clearly_less(value, other) -%}
    {{ other }} - {{ value }} > 1e-14 * greatest(abs({{ value }}), abs({{ other }}))
{%- endmacro %}
