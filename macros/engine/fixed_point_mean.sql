{% macro fixed_point_mean(value) -%}
    {{ customer_segmentation.mean_of_total(
        customer_segmentation.fixed_point_total(value), "count(" ~ value ~ ")"
    ) }}
{%- endmacro %}
