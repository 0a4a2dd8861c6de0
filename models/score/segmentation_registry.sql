with

kmeans_fits as (

    select * from {{ ref("customer_segmentation", "kmeans_fits") }}

),

segment_names as (

    select * from {{ ref("customer_segmentation", "segment_names") }}
    where origin = 'generated'

)

select
    kmeans_fits.*,
    segment_names.segment_name,
    segment_names.named_for

from kmeans_fits
left join segment_names
    on kmeans_fits.segmentation = segment_names.segmentation
    and kmeans_fits.segment_id = segment_names.segment_id
