{% set segmentations = configured_segmentations("kmeans") %}

with

customer_features_standardized as (

    select * from {{ ref("customer_segmentation", "customer_features_standardized") }}

),

unpivoted as (

    {% for segmentation in segmentations %}
    {% set segmentation_loop = loop %}
    {% for feature in segmentation.features %}
    select
        standardized.segmentation,
        '{{ feature.name }}' as feature,
        standardized.{{ adapter.quote(feature.name) }} as value

    from customer_features_standardized as standardized
    where standardized.segmentation = '{{ segmentation.name }}'

    {{ "union all" if not (loop.last and segmentation_loop.last) }}
    {% endfor %}
    {% endfor %}

),

profiled as (

    {{ profile_values("unpivoted") }}

)

select * from profiled
