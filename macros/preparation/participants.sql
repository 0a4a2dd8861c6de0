{% macro participants(segmentation) -%}
    (
        select *
        from {{ ref("customer_segmentation", "customer_features") }} as customer_features
        where {{ customer_segmentation.takes_part(segmentation) }}
    ) as customer_features
{%- endmacro %}
