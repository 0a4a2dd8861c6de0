{#- A segmentation with fewer features has no value at the last of these positions. -#}
{% set most_features = configured_segmentations("kmeans")
    | map(attribute="features") | map("length") | max %}
{% set deviation = list_element("deviations", "{thing}") %}
{% set moments = for_each(range(1, most_features + 1), {
    "position": "{thing} - 1",
    "mean": exact_mean(deviation),
    "mean_square": exact_mean(squared(deviation)),
    "customers": "count(*)",
    "reach": "min(reach)",
    "mean_distance": exact_mean("relative_distance"),
    "farthest": "max(relative_distance)",
}) %}
{% set deviating -%}
(
            select
                nearest.segmentation,
                nearest.segment_index,
                bounds.largest_distance as reach,
                nearest.distance / nullif(bounds.largest_distance, 0)
                    as relative_distance,
                {{ differences(
                    "nearest.point",
                    list_element("champions.centroids", "nearest.segment_index + 1"),
                    "bounds.largest_distance",
                ) }} as deviations

            from {{ ref("customer_segmentation", "int_nearest_segments") }} as nearest
            inner join {{ ref("customer_segmentation", "int_champions") }} as champions
                on nearest.segmentation = champions.segmentation
            inner join {{ ref("customer_segmentation", "int_point_bounds") }} as bounds
                on nearest.segmentation = bounds.segmentation
            where nearest.fit_id is not null
        ) as deviating
{%- endset %}

with

int_champions as (

    select * from {{ ref("customer_segmentation", "int_champions") }}

),

int_segmentation_features as (

    select * from {{ ref("customer_segmentation", "int_segmentation_features") }}

),

summed as (

    {{ one_row_per_column(deviating, moments, ["segmentation", "segment_index"]) }}

),

moments as (

    select
        summed.segmentation,
        {{ list_element("champions.segment_ids", "summed.segment_index + 1") }}
            as segment_id,
        features.feature,
        features.position,
        summed.customers,
        {{ list_element(
            list_element("champions.centroids", "summed.segment_index + 1"),
            "features.position + 1",
        ) }} + summed.mean * summed.reach as mean,
        (summed.mean_square - {{ squared("summed.mean") }})
            * {{ squared("summed.reach") }} as variance,
        summed.mean_distance * summed.reach as mean_distance,
        summed.farthest * summed.reach as farthest

    from summed
    inner join int_champions as champions
        on summed.segmentation = champions.segmentation
    inner join int_segmentation_features as features
        on summed.segmentation = features.segmentation
        and summed.position = features.position

)

select * from moments
