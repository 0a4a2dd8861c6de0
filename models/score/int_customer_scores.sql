{% set names = configured_segmentations() | map(attribute="name") | list %}

-- This model waits for int_segments_of_fits, so that no score gets an untested name.
-- depends_on: {{ ref("customer_segmentation", "int_segments_of_fits") }}
with

int_nearest_segments as (

    select * from {{ ref("customer_segmentation", "int_nearest_segments") }}

),

int_segment_names as (

    select * from {{ ref("customer_segmentation", "int_segment_names") }}

),

scores as (

    -- Scores are stored as numbers and codes, because writing text would take longer than
    -- computing the scores. The view customer_segments adds ids and names.
    select
        nearest.customer_id,
        {{ as_code("nearest.segmentation", names) }} as segmentation,
        nearest.fit_number,
        cast(nearest.segment_index as smallint) as segment_index,
        cast(nearest.next_segment_index as smallint) as next_segment_index,
        nearest.distance,
        nearest.next_distance,
        nearest.group_id,
        named_groups.segment_name as group_name,
        {{ run_timestamp() }} as scored_at

    from int_nearest_segments as nearest
    left join int_segment_names as named_groups
        on nearest.segmentation = named_groups.segmentation
        and nearest.group_id = named_groups.segment_id

)

select * from scores
