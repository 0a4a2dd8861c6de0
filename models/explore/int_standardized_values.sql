{{ config(materialized="view") }}

{% set segmentations = configured_segmentations("kmeans") %}

with

unpivoted as (

    -- no CTE for the customers, as in int_raw_values
    {% for segmentation in segmentations %}
    {% set segmentation_loop = loop %}
    {% for feature in segmentation.features %}
    select
        standardized.segmentation,
        '{{ feature.name }}' as feature,
        standardized.{{ adapter.quote(feature.name) }} as value

    from {{ ref("customer_segmentation", "customer_features_standardized") }}
        as standardized
    where standardized.segmentation = '{{ segmentation.name }}'

    {{ "union all" if not (loop.last and segmentation_loop.last) }}
    {% endfor %}
    {% endfor %}

)

select * from unpivoted
