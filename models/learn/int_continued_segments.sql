{% set registry = earlier_relation("kmeans_fits") %}

with

int_segmentation_features as (

    select * from {{ ref("customer_segmentation", "int_segmentation_features") }}

),

int_segments_before as (

    select * from {{ ref("customer_segmentation", "int_segments_before") }}

),

int_training_points as (

    select * from {{ ref("customer_segmentation", "int_training_points") }}

),

kmeans_starts as (

    select * from {{ ref("customer_segmentation", "kmeans_starts") }}
    where is_current

),

kmeans_refinements as (

    select * from {{ ref("customer_segmentation", "kmeans_refinements") }}

),

features_before as (

    -- The features of the newest fit, from the table that the previous build wrote. It
    -- is read without ref(), because kmeans_fits depends on this model.
    {% if registry %}
    select distinct
        segmentation,
        feature

    from (
        select
            segmentation,
            feature,
            rank() over (
                partition by segmentation
                order by adopted_at desc, fit_id desc
            ) as recency

        from {{ registry }}
    ) as ranked
    where recency = 1
    {% else %}
    select
        segmentation,
        feature

    from int_segmentation_features
    where false
    {% endif %}

),

compared as (

    select
        coalesce(before.segmentation, today.segmentation) as segmentation,
        count(case when today.feature is null then 1 end) as features_gone,
        count(case when before.feature is null then 1 end) as new_features

    from features_before as before
    full outer join int_segmentation_features as today
        on before.segmentation = today.segmentation
        and before.feature = today.feature
    group by coalesce(before.segmentation, today.segmentation)

),

renamed as (

    -- Segmentations that lost features and got new ones. Either a feature was renamed, or
    -- another feature replaced it; in that case, segments may share customers by chance.
    select segmentation
    from compared
    where
        features_gone > 0
        and new_features > 0

),

fits as (

    select
        kmeans_starts.segmentation,
        {{ ordered_list(
            "kmeans_refinements.centroid", "kmeans_refinements.segment_index"
        ) }} as centroids

    from kmeans_starts
    inner join kmeans_refinements
        on kmeans_starts.fit_id = kmeans_refinements.fit_id
    group by kmeans_starts.segmentation

),

placed as (

    select
        points.customer_id,
        points.segmentation,
        {{ nearest(distances_to("points.point", "fits.centroids")) }} - 1 as segment_index

    from int_training_points as points
    inner join fits
        on points.segmentation = fits.segmentation

),

counted as (

    select
        placed.segmentation,
        placed.segment_index,
        before.segment_id,
        count(*) as customers,
        sum(count(*)) over (
            partition by placed.segmentation, placed.segment_index
        ) as returning_customers,
        sum(count(*)) over (
            partition by placed.segmentation, before.segment_id
        ) as earlier_customers,
        row_number() over (
            partition by placed.segmentation, placed.segment_index
            order by count(*) desc, before.segment_id
        ) as place_among_origins,
        row_number() over (
            partition by placed.segmentation, before.segment_id
            order by count(*) desc, placed.segment_index
        ) as place_among_destinations

    from placed
    inner join int_segments_before as before
        on placed.customer_id = before.customer_id
        and placed.segmentation = before.segmentation
    group by
        placed.segmentation,
        placed.segment_index,
        before.segment_id

),

judged as (

    -- If most customers of a segment are new, the few others say little about it. It is
    -- left out here, and kmeans_fits compares centroids instead.
    select
        counted.*,
        counted.place_among_origins = 1
        and counted.place_among_destinations = 1
        and (
            renamed.segmentation is null
            or (
                2 * counted.customers > counted.returning_customers
                and 2 * counted.customers > counted.earlier_customers
            )
        ) as is_continued

    from counted
    inner join kmeans_starts
        on counted.segmentation = kmeans_starts.segmentation
    inner join kmeans_refinements
        on kmeans_starts.fit_id = kmeans_refinements.fit_id
        and counted.segment_index = kmeans_refinements.segment_index
    left join renamed
        on counted.segmentation = renamed.segmentation
    where 2 * counted.returning_customers > kmeans_refinements.customers

)

select
    segmentation,
    segment_index,
    max(case when is_continued then segment_id end) as segment_id

from judged
group by
    segmentation,
    segment_index
