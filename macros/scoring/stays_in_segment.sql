{#- A customer leaves the earlier segment only if the new one is clearly nearer. -#}
{% macro stays_in_segment(earlier_segment, next_segment, distance, next_distance) -%}
    {{ earlier_segment }} = {{ next_segment }}
    and {{ customer_segmentation.margin(distance, next_distance) }}
        < {{ customer_segmentation.segmentation_setting("segmentation_stickiness") }}
{%- endmacro %}
