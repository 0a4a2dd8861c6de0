{{ config(materialized="view") }}

with

int_customer_pulls as (

    select * from {{ ref("customer_segmentation", "int_customer_pulls") }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_id, segmentation
            order by contribution desc, position
        ) as rank

    from int_customer_pulls

)

select
    customer_id,
    segmentation,
    segment_id,
    next_segment_id,
    feature,
    cast(rank as integer) as rank,
    contribution,
    contribution / contributions_towards as share

from ranked
where
    rank <= 3
    and contribution > 0
