-- Which segments of two segmentations contain the same customers? A lift of 2 means twice
-- as many common customers as by chance. Look for pairs to address together, and for two
-- segmentations that are the same under two names. Pairs with fewer than 20 expected
-- customers are left out.
{{ config(enabled=project_name == 'customer_segmentation') }}

select
    segment_name || ' (' || segmentation || ')' as segment,
    other_segment_name || ' (' || other_segmentation || ')' as other_segment,
    customers,
    round(100 * share_of_segment, 1) as percent_of_segment,
    round(100 * share_of_other_segment, 1) as percent_of_other_segment,
    round(lift, 2) as lift

from {{ ref("customer_segmentation", "segment_overlap") }}
where
    expected_customers >= 20
    and segment_id != 'unassigned'
    and other_segment_id != 'unassigned'
order by
    lift desc,
    segment,
    other_segment
