{% macro standardized_customers(segmentation) -%}
    (
        select * from {{ ref("customer_segmentation", "customer_features_standardized") }}
        where segmentation = '{{ segmentation.name }}'
    ) as standardized_customers
{%- endmacro %}
