-- A sample of the customers of one segmentation, which is the same in every report: those
-- with the lowest hashes of their ids. The query does not return the ids.
with

members as (

    select
        segments.customer_id,
        segments.segment_id,
        features.{{ quote(x) }} as x,
        features.{{ quote(y) }} as y

    from {{ ref("customer_segments") }} as segments
    inner join {{ ref("customer_features") }} as features
        on segments.customer_id = features.customer_id
    where
        segments.segmentation = $segmentation
        and segments.segment_id != 'unassigned'
        and features.{{ quote(x) }} is not null
        and features.{{ quote(y) }} is not null

)

select
    segment_id,
    x,
    y

from members
order by
    md5(cast(customer_id as varchar)),
    customer_id
limit $points
