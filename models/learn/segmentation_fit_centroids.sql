with

kmeans_fits as (

    select * from {{ ref("customer_segmentation", "kmeans_fits") }}

),

segmentation_fits as (

    select * from {{ ref("customer_segmentation", "segmentation_fits") }}

),

centroids as (

    select
        kmeans_fits.fit_id,
        kmeans_fits.segmentation,
        kmeans_fits.segment_id,
        kmeans_fits.feature,
        kmeans_fits.segment_index,
        kmeans_fits.centroid,
        kmeans_fits.centroid_value,
        kmeans_fits.standard_score,
        kmeans_fits.segment_customers as customers,
        kmeans_fits.mean_distance,
        kmeans_fits.largest_distance,
        kmeans_fits.segment_stability as stability,
        segmentation_fits.is_champion

    from kmeans_fits
    inner join segmentation_fits
        on kmeans_fits.fit_id = segmentation_fits.fit_id

)

select * from centroids
