{{ config(materialized="view") }}

{% set segmentations = configured_segmentations("kmeans") %}

with

unpivoted as (

    -- no CTE for the customers, as in int_raw_values
    {% for segmentation in segmentations %}
    {% set segmentation_loop = loop %}
    {% for feature in segmentation.features %}
    select
        points.segmentation,
        '{{ feature.name }}' as feature,
        {{ list_element("points.point", loop.index) }}
            / sqrt(cast({{ feature.weight }} as double)) as value

    from {{ ref("customer_segmentation", "int_training_points") }} as points
    where points.segmentation = '{{ segmentation.name }}'

    {{ "union all" if not (loop.last and segmentation_loop.last) }}
    {% endfor %}
    {% endfor %}

)

select * from unpivoted
