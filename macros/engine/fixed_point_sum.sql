{#- Over the rows of a summary: each costs at most 2^-53. -#}
{% macro fixed_point_sum(value) -%}
    {{ customer_segmentation.fixed_point_mean(value) }} * count({{ value }})
{%- endmacro %}
