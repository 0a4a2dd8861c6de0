-- One card per segment, to put on the table of a meeting. Read the rule before the
-- description: if nobody would recognize a customer by it, the segment is of little use.
-- A low precision says that the rule takes in others, a low recall that it misses
-- members; below about 0.8 quote the segment from customer_segments, not the rule. "; or"
-- in a rule hints at a segment that is left over between the others.
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
