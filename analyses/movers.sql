-- Who changed segment in the last builds that moved anybody, biggest groups first.
-- Look for: moves by cause `model` (segments that shifted under their customers after a
-- refit), a segment that many leave and few enter, and customers who go to nothing.
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
