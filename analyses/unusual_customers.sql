-- Which customers are unlike all others? The ten customers of each segmentation who are
-- farthest from the center of their segment, compared with the mean distance there. If a
-- distance is more than about three times the mean, look at the row: it may be an error
-- in the data, a company among persons, or a customer whom no segment describes.
{{ config(enabled=project_name == 'customer_segmentation') }}

with

customer_segments as (

    select * from {{ ref("customer_segmentation", "customer_segments") }}
    where fit_id is not null

),

segments as (

    select * from {{ ref("customer_segmentation", "segments") }}

),

compared as (

    select
        customer_segments.segmentation,
        customer_segments.customer_id,
        customer_segments.segment_name,
        customer_segments.distance,
        customer_segments.distance / nullif(segments.mean_distance, 0)
            as times_the_mean

    from customer_segments
    inner join segments
        on customer_segments.segmentation = segments.segmentation
        and customer_segments.segment_id = segments.segment_id

),

ranked as (

    select
        *,
        row_number() over (
            partition by segmentation
            order by times_the_mean desc, customer_id
        ) as position

    from compared

)

select
    segmentation,
    customer_id,
    segment_name,
    round(distance, 2) as distance,
    round(times_the_mean, 1) as times_the_mean

from ranked
where position <= 10
order by
    segmentation,
    position
