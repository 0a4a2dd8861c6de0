with

customer_segments as (

    select
        customer_id,
        segmentation,
        segment_id,
        segment_name

    from {{ ref("customer_segmentation", "customer_segments") }}

),

sizes as (

    select
        segmentation,
        segment_id,
        segment_name,
        count(*) as segment_customers,
        sum(count(*)) over (partition by segmentation) as all_customers

    from customer_segments
    group by
        segmentation,
        segment_id,
        segment_name

),

shared_customers as (

    -- The condition one < other keeps each pair of segmentations only once.
    select
        one.segmentation,
        one.segment_id,
        other.segmentation as other_segmentation,
        other.segment_id as other_segment_id,
        count(*) as customers

    from customer_segments as one
    inner join customer_segments as other
        on one.customer_id = other.customer_id
        and one.segmentation < other.segmentation
    group by
        one.segmentation,
        one.segment_id,
        other.segmentation,
        other.segment_id

),

paired as (

    -- Pairs of segments without common customers are included.
    select
        one.segmentation,
        one.segment_id,
        one.segment_name,
        other.segmentation as other_segmentation,
        other.segment_id as other_segment_id,
        other.segment_name as other_segment_name,
        one.segment_customers,
        other.segment_customers as other_segment_customers,
        one.segment_customers * other.segment_customers
            / cast(one.all_customers as double) as expected_customers,
        coalesce(shared_customers.customers, 0) as customers

    from sizes as one
    inner join sizes as other
        on one.segmentation < other.segmentation
    left join shared_customers
        on one.segmentation = shared_customers.segmentation
        and one.segment_id = shared_customers.segment_id
        and other.segmentation = shared_customers.other_segmentation
        and other.segment_id = shared_customers.other_segment_id

)

select
    segmentation,
    segment_id,
    other_segmentation,
    other_segment_id,
    segment_name,
    other_segment_name,
    customers,
    expected_customers,
    customers / cast(segment_customers as double) as share_of_segment,
    customers / cast(other_segment_customers as double) as share_of_other_segment,
    customers / expected_customers as lift

from paired
