-- For each segment, the number of customers who came in any build, minus the number who
-- left, must be the number of customers today.
with

flows as (

    select
        segmentation,
        to_segment_id as segment_id,
        customers

    from {{ ref("customer_segmentation", "segment_migrations") }}
    where to_segment_id is not null

    union all

    select
        segmentation,
        from_segment_id as segment_id,
        -customers as customers

    from {{ ref("customer_segmentation", "segment_migrations") }}
    where from_segment_id is not null

),

segments as (

    select
        segmentation,
        segment_id,
        customers

    from {{ ref("customer_segmentation", "segments") }}

),

segmentations as (

    select distinct segmentation
    from segments

),

balances as (

    -- Leaves out segmentations that are no longer configured: they only have a history.
    select
        flows.segmentation,
        flows.segment_id,
        sum(flows.customers) as customers

    from flows
    inner join segmentations
        on flows.segmentation = segmentations.segmentation
    group by
        flows.segmentation,
        flows.segment_id
    having sum(flows.customers) != 0

)

select
    coalesce(balances.segmentation, segments.segmentation) as segmentation,
    coalesce(balances.segment_id, segments.segment_id) as segment_id,
    balances.customers as customers_by_migrations,
    segments.customers as customers_by_segments

from balances
full outer join segments
    on balances.segmentation = segments.segmentation
    and balances.segment_id = segments.segment_id
where
    balances.customers is null
    or segments.customers is null
    or balances.customers != segments.customers
