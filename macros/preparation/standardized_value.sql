{% macro standardized_value(feature, parameters) -%}
    ({{ customer_segmentation.prepared_value(feature, parameters) }} - {{ parameters }}center)
    / {{ parameters }}scale
{%- endmacro %}
