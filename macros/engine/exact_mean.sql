{% macro exact_mean(value, unit=none) -%}
    {{ customer_segmentation.exact_sum(value, unit) }} / count({{ value }})
{%- endmacro %}
