-- How many customers changed segment? The latest builds come first, then the largest
-- groups. Look for moves with the cause `model` (a refit has shifted the segments), for a
-- segment that many customers leave and few enter, and for customers who left.
{{ config(enabled=project_name == 'customer_segmentation') }}

with

segment_migrations as (

    select * from {{ ref("customer_segmentation", "segment_migrations") }}

)

select
    segmentation,
    moved_at,
    coalesce(from_segment_name, '(joined)') as came_from,
    coalesce(to_segment_name, '(left)') as went_to,
    cause,
    customers,
    share

from segment_migrations
order by
    moved_at desc,
    customers desc,
    segmentation,
    from_segment_id,
    to_segment_id
