{#- Quantiles are interpolated, so their last bits may be wrong. -#}
{% macro is_clearly_less(value, other) -%}
    {{ other }} - {{ value }} > 1e-14 * greatest(abs({{ value }}), abs({{ other }}))
{%- endmacro %}
