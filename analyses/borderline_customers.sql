-- Which customers could as well be in another segment? With a margin below 0.1, the next
-- centroid is hardly farther away: do not build one-to-one campaigns on these customers.
{{ config(enabled=project_name == 'customer_segmentation') }}

select
    segmentation,
    segment_name,
    count(*) as customers,
    count(*) filter (where margin < 0.1) as borderline_customers,
    round(100.0 * count(*) filter (where margin < 0.1) / count(*), 1)
        as borderline_percent

from {{ ref("customer_segmentation", "customer_segments") }}
where fit_id is not null
group by
    segmentation,
    segment_name
order by
    borderline_percent desc,
    segment_name
