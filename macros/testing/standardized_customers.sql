{% macro standardized_customers(segmentation, model) -%}
    (
        select * from {{ ref("customer_segmentation", model) }}
        where segmentation = '{{ segmentation.name }}'
    ) as standardized_customers
{%- endmacro %}
