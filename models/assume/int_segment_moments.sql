{#- Positions beyond the features of a segmentation have no value in its points. -#}
{% set most_features = configured_segmentations("kmeans")
    | map(attribute="features") | map("length") | max %}
{% set pairs = [] %}
{% for first in range(1, most_features + 1) %}
    {% for second in range(first, most_features + 1) %}
        {% set deviation = list_element("deviations", first) %}
        {% set other_deviation = list_element("deviations", second) %}
        {% do pairs.append({
            "position": first - 1,
            "other_position": second - 1,
            "mean": exact_mean(deviation),
            "other_mean": exact_mean(other_deviation),
            "product": exact_mean(deviation ~ " * " ~ other_deviation),
            "customers": "count(*)",
            "reach": "min(reach)",
            "mean_distance": exact_mean("relative_distance"),
            "farthest": "max(relative_distance)",
        }) %}
    {% endfor %}
{% endfor %}
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

    {{ one_row_per_column(deviating, pairs, ["segmentation", "segment_index"]) }}

),

moments as (

    select
        summed.segmentation,
        {{ list_element("champions.segment_ids", "summed.segment_index + 1") }}
            as segment_id,
        features.feature,
        other_features.feature as other_feature,
        features.position,
        other_features.position as other_position,
        summed.customers,
        {{ list_element(
            list_element("champions.centroids", "summed.segment_index + 1"),
            "features.position + 1",
        ) }} + summed.mean * summed.reach as mean,
        (summed.product - summed.mean * summed.other_mean)
            * {{ squared("summed.reach") }} as covariance,
        summed.product * {{ squared("summed.reach") }} as mean_product,
        summed.reach,
        summed.mean_distance * summed.reach as mean_distance,
        summed.farthest * summed.reach as farthest

    from summed
    inner join int_champions as champions
        on summed.segmentation = champions.segmentation
    inner join int_segmentation_features as features
        on summed.segmentation = features.segmentation
        and summed.position = features.position
    inner join int_segmentation_features as other_features
        on summed.segmentation = other_features.segmentation
        and summed.other_position = other_features.position

)

select * from moments
