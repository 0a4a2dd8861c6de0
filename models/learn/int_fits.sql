-- The registry `kmeans_fits` with one row per fit: features and segments become lists.
-- Scoring reads one of these rows per segmentation, that of its champion. Coordinates of
-- centroids are multiplied by the square root of the weight, as in the points of
-- customers.
with

kmeans_fits as (

    select * from {{ ref("customer_segmentation", "kmeans_fits") }}

),

preparations as (

    -- The registry repeats the features of a fit for each segment; segment 0 is enough.
    select
        fit_id,
        segmentation,
        {{ preparation_lists() }}

    from kmeans_fits
    where segment_index = 0
    group by
        fit_id,
        segmentation

),

segments as (

    select
        fit_id,
        segment_index,
        segment_id,
        {{ ordered_list("centroid * sqrt(weight)", "position") }} as centroid

    from kmeans_fits
    group by
        fit_id,
        segment_index,
        segment_id

),

segment_lists as (

    select
        fit_id,
        {{ ordered_list("segment_id", "segment_index") }} as segment_ids,
        {{ ordered_list("centroid", "segment_index") }} as centroids

    from segments
    group by fit_id

)

select
    preparations.*,
    segment_lists.segment_ids,
    segment_lists.centroids

from preparations
inner join segment_lists
    on preparations.fit_id = segment_lists.fit_id
