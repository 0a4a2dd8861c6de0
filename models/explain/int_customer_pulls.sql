{{ config(materialized="view") }}

with

int_nearest_segments as (

    select * from {{ ref("customer_segmentation", "int_nearest_segments") }}
    where fit_id is not null

),

int_champions as (

    select * from {{ ref("customer_segmentation", "int_champions") }}

),

int_segmentation_features as (

    select * from {{ ref("customer_segmentation", "int_segmentation_features") }}

),

blocks as (

    -- One row per column of customer data, with the positions of its features in the
    -- points. A column with categories has one feature per category.
    select
        segmentation,
        block,
        min(position) as position,
        {{ ordered_list("position + 1", "position") }} as positions

    from int_segmentation_features
    group by
        segmentation,
        block

),

compared as (

    select
        nearest.customer_id,
        nearest.segmentation,
        {{ list_element("champions.segment_ids", "nearest.segment_index + 1") }}
            as segment_id,
        {{ list_element("champions.segment_ids", "nearest.next_segment_index + 1") }}
            as next_segment_id,
        nearest.point,
        {{ list_element("champions.centroids", "nearest.segment_index + 1") }}
            as centroid,
        {{ list_element("champions.centroids", "nearest.next_segment_index + 1") }}
            as next_centroid

    from int_nearest_segments as nearest
    inner join int_champions as champions
        on nearest.segmentation = champions.segmentation

),

pulls as (

    select
        compared.customer_id,
        compared.segmentation,
        compared.segment_id,
        compared.next_segment_id,
        blocks.block as feature,
        blocks.position,
        {{ square_along(
            "compared.point", "compared.next_centroid", "blocks.positions"
        ) }} - {{ square_along(
            "compared.point", "compared.centroid", "blocks.positions"
        ) }} as contribution

    from compared
    inner join blocks
        on compared.segmentation = blocks.segmentation

),

summed as (

    select
        *,
        sum(greatest(contribution, 0e0)) over (
            partition by customer_id, segmentation
            order by position
            rows between unbounded preceding and unbounded following
        ) as contributions_towards

    from pulls

)

select * from summed
