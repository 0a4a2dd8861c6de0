with

kmeans_fits as (

    select * from {{ ref("customer_segmentation", "kmeans_fits") }}

),

segmentation_fits as (

    select * from {{ ref("customer_segmentation", "segmentation_fits") }}

),

features as (

    -- The registry repeats the features of a fit for each segment; segment 0 is enough.
    select
        kmeans_fits.fit_id,
        kmeans_fits.segmentation,
        kmeans_fits.feature,
        kmeans_fits.transform,
        kmeans_fits.position,
        kmeans_fits.imputed_value,
        kmeans_fits.lower_bound,
        kmeans_fits.upper_bound,
        kmeans_fits.center,
        kmeans_fits.scale,
        kmeans_fits.weight,
        kmeans_fits.bin_bounds,
        kmeans_fits.bin_shares,
        segmentation_fits.is_champion

    from kmeans_fits
    inner join segmentation_fits
        on kmeans_fits.fit_id = segmentation_fits.fit_id
    where kmeans_fits.segment_index = 0

)

select * from features
