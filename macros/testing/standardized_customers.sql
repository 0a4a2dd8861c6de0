{#- SQL relation: the standardized features of one segmentation's customers, one column
    per feature.
    segmentation: one of configured_segmentations().
    model: a model of points, with coordinates multiplied by the root of the weight. -#}
{% macro standardized_customers(segmentation, model) -%}
    (
        select
            customer_id,
            {{ customer_segmentation.columns_for_each(segmentation.features, [
                customer_segmentation.list_element("point", "{position}")
                ~ " / sqrt(cast({weight} as double)) as {column}",
            ]) }}

        from {{ ref("customer_segmentation", model) }}
        where segmentation = '{{ segmentation.name }}'
    ) as standardized_customers
{%- endmacro %}
