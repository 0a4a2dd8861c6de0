-- Who could as well be in another segment? A margin below 0.1 says that the next
-- centroid is hardly farther away: do not build a one-to-one campaign on these.
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
