with

int_segmentations as (

    select * from {{ ref("customer_segmentation", "int_segmentations") }}
    where kind = 'kmeans'

),

segmentation_fits as (

    select * from {{ ref("customer_segmentation", "segmentation_fits") }}
    where is_champion

),

int_fits as (

    select * from {{ ref("customer_segmentation", "int_fits") }}

),

champions as (

    select
        int_segmentations.segmentation,
        int_fits.fit_id,
        {{ hex_as_number("int_fits.fit_id") }} as fit_number,
        int_fits.imputed_values,
        int_fits.lower_bounds,
        int_fits.upper_bounds,
        int_fits.centers,
        int_fits.scales,
        int_fits.weights,
        int_fits.segment_ids,
        int_fits.centroids

    from int_segmentations
    left join segmentation_fits
        on int_segmentations.segmentation = segmentation_fits.segmentation
    left join int_fits
        on segmentation_fits.fit_id = int_fits.fit_id

)

select * from champions
