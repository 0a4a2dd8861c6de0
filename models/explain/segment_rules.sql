with

customer_segments as (

    select * from {{ ref("customer_segmentation", "customer_segments") }}
    where fit_id is not null

),

segmentation_fit_centroids as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_centroids") }}
    where is_champion

),

int_segment_names as (

    select * from {{ ref("customer_segmentation", "int_segment_names") }}

),

int_segment_rule_texts as (

    select * from {{ ref("customer_segmentation", "int_segment_rule_texts") }}

),

int_segment_rule_hits as (

    select * from {{ ref("customer_segmentation", "int_segment_rule_hits") }}

),

int_segment_reach as (

    select * from {{ ref("customer_segmentation", "int_segment_reach") }}

),

champion_segments as (

    select distinct
        segmentation,
        segment_id,
        fit_id

    from segmentation_fit_centroids

),

sized as (

    select
        segmentation,
        segment_id,
        count(*) as customers

    from customer_segments
    group by
        segmentation,
        segment_id

),

ruled as (

    select
        champion_segments.segmentation,
        champion_segments.segment_id,
        int_segment_names.segment_name,
        champion_segments.fit_id,
        coalesce(texts.rule, 'No short rule finds these customers.') as rule,
        coalesce(texts.predicate, 'false') as predicate,
        coalesce(sized.customers, 0) as customers,
        coalesce(hits.selected_customers, 0) as selected_customers,
        coalesce(hits.hits, 0) as hits

    from champion_segments
    inner join int_segment_names
        on champion_segments.segmentation = int_segment_names.segmentation
        and champion_segments.segment_id = int_segment_names.segment_id
    left join sized
        on champion_segments.segmentation = sized.segmentation
        and champion_segments.segment_id = sized.segment_id
    left join int_segment_rule_texts as texts
        on champion_segments.segmentation = texts.segmentation
        and champion_segments.segment_id = texts.segment_id
    left join int_segment_rule_hits as hits
        on champion_segments.segmentation = hits.segmentation
        and champion_segments.segment_id = hits.segment_id

)

select
    ruled.segmentation,
    ruled.segment_id,
    ruled.segment_name,
    ruled.fit_id,
    ruled.rule,
    ruled.predicate,
    ruled.customers,
    ruled.selected_customers,
    cast(ruled.hits as double) / nullif(ruled.selected_customers, 0) as precision,
    cast(ruled.hits as double) / nullif(ruled.customers, 0) as recall,
    int_segment_reach.reach,
    int_segment_reach.attribute_accuracy,
    int_segment_reach.largest_share

from ruled
left join int_segment_reach
    on ruled.segmentation = int_segment_reach.segmentation
