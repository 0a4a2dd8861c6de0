{#- A segmentation with fewer features has no value at the last of these positions. -#}
{% set most_features = configured_segmentations("kmeans")
    | map(attribute="features") | map("length") | max %}
{% set positions = range(1, most_features + 1) %}
{% set unit = list_element("point", "{thing}") ~ " / largest_coordinate" %}
{% set variance = list_element("variances", "{thing}") %}
{% set square = squared(unit ~ " - " ~ list_element("means", "{thing}")) %}
{% set is_far = square ~ " > 16 * " ~ variance %}
{% set moments = for_each(positions, {
    "position": "{thing} - 1",
    "mean": exact_mean(unit),
    "mean_square": exact_mean(squared(unit)),
}) %}
{% set tails = for_each(positions, {
    "position": "{thing} - 1",
    "far_customers_share": exact_mean("case when " ~ is_far ~ " then 1 else 0 end"),
    "far_variance_share":
        exact_mean("case when " ~ is_far ~ " then " ~ square ~ " else 0 end")
        ~ " / nullif(max(" ~ variance ~ "), 0)",
}) %}

with

int_customer_points as (

    select * from {{ ref("customer_segmentation", "int_customer_points") }}
    where point is not null

),

int_point_bounds as (

    select * from {{ ref("customer_segmentation", "int_point_bounds") }}

),

int_segmentation_features as (

    select * from {{ ref("customer_segmentation", "int_segmentation_features") }}

),

bounded as (

    -- Coordinates divided by the largest one are at most 1, so that fixed-point sums of
    -- them are exact.
    select
        points.segmentation,
        points.point,
        bounds.largest_coordinate

    from int_customer_points as points
    inner join int_point_bounds as bounds
        on points.segmentation = bounds.segmentation

),

moments as (

    {{ one_row_per_column("bounded", moments, ["segmentation"]) }}

),

moment_lists as (

    select
        segmentation,
        {{ ordered_list("mean", "position") }} as means,
        {{ ordered_list("mean_square - " ~ squared("mean"), "position") }} as variances

    from moments
    group by segmentation

),

deviating as (

    select
        bounded.*,
        moment_lists.means,
        moment_lists.variances

    from bounded
    inner join moment_lists
        on bounded.segmentation = moment_lists.segmentation

),

measured as (

    {{ one_row_per_column("deviating", tails, ["segmentation"]) }}

),

tails as (

    select
        measured.segmentation,
        features.feature,
        measured.far_customers_share,
        measured.far_variance_share

    from measured
    inner join int_segmentation_features as features
        on measured.segmentation = features.segmentation
        and measured.position = features.position

)

select * from tails
where far_variance_share is not null
