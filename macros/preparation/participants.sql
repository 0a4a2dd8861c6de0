{% macro participants(segmentation) -%}
    (
        select * from customer_features
        where {{ customer_segmentation.takes_part(segmentation) }}
    ) as customer_features
{%- endmacro %}
