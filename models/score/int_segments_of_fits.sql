-- This model waits for the tests of names in int_champion_segments, so that no score gets
-- an untested name.
-- depends_on: {{ ref("customer_segmentation", "int_champion_segments") }}
with

segmentation_fit_centroids as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_centroids") }}

),

int_segment_names as (

    select * from {{ ref("customer_segmentation", "int_segment_names") }}

),

numbered as (

    select distinct
        centroids.fit_id,
        centroids.segment_id,
        {{ hex_as_number("centroids.fit_id") }} as fit_number,
        centroids.segment_index,
        int_segment_names.segment_name

    from segmentation_fit_centroids as centroids
    left join int_segment_names
        on centroids.segmentation = int_segment_names.segmentation
        and centroids.segment_id = int_segment_names.segment_id

)

select * from numbered
