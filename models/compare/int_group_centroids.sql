{% set most_features = configured_segmentations("kmeans")
    | map(attribute="features") | map("length") | max %}
{#- All segmentations share one list of coordinates. In a segmentation with fewer
    features, the last coordinates are NULL. -#}
{% set coordinate = list_element("points.point", "{position}")
    ~ " / bounds.largest_coordinate" %}
{% set coordinates = for_each(range(most_features), {
    "position": "{thing}",
    "customers": "count(*)",
    "mean_position": exact_mean(coordinate),
    "mean_square": exact_mean(squared(coordinate)),
}) %}
{% set members_with_points -%}
{{ ref("customer_segmentation", "int_customer_points") }} as points
        inner join {{ ref("customer_segmentation", "int_point_bounds") }} as bounds
            on points.segmentation = bounds.segmentation
        inner join {{ ref("customer_segmentation", "int_group_members") }} as members
            on points.customer_id = members.customer_id
            and points.point is not null
{%- endset %}

with

measured as (

    {{ one_row_per_column(members_with_points, coordinates, [
        "points.segmentation", "members.kind", "members.divided_by", "members.group_id",
    ]) }}

)

select * from measured
where mean_position is not null
