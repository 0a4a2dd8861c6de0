-- One card per segment, for a meeting. Read the rule before the description: if nobody
-- would recognize a customer by the rule, the segment is of little use. With a low
-- precision, the rule also selects customers of other segments; with a low recall, it
-- misses customers of the segment. If one of them is below about 0.8, use the segment
-- from customer_segments instead of the rule. "; or" in a rule suggests a segment that is
-- only what remains between other segments.
{{ config(enabled=project_name == 'customer_segmentation') }}

select
    segments.segmentation,
    segments.segment_name,
    segments.customers,
    round(100 * segments.share, 1) as percent,
    segments.description,
    segment_rules.rule,
    round(segment_rules.precision, 2) as precision,
    round(segment_rules.recall, 2) as recall

from {{ ref("customer_segmentation", "segments") }} as segments
inner join {{ ref("customer_segmentation", "segment_rules") }} as segment_rules
    on segments.segmentation = segment_rules.segmentation
    and segments.segment_id = segment_rules.segment_id
order by
    segments.segmentation,
    segments.customers desc
