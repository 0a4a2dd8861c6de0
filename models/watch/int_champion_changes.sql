with

int_segmentations as (

    select * from {{ ref("customer_segmentation", "int_segmentations") }}

),

segmentation_fits as (

    select * from {{ ref("customer_segmentation", "segmentation_fits") }}
    where is_champion

),

int_champions_before as (

    select * from {{ ref("customer_segmentation", "int_champions_before") }}

),

compared as (

    select
        int_segmentations.segmentation,
        int_segmentations.configuration_hash,
        segmentation_fits.fit_id,
        int_champions_before.fit_id as earlier_fit_id,
        int_champions_before.segmentation is null as is_new,
        int_segmentations.configuration_hash
            != int_champions_before.configuration_hash as is_reconfigured,
        segmentation_fits.fit_id != int_champions_before.fit_id as is_refitted

    from int_segmentations
    left join segmentation_fits
        on int_segmentations.segmentation = segmentation_fits.segmentation
    left join int_champions_before
        on int_segmentations.segmentation = int_champions_before.segmentation

)

select
    segmentation,
    configuration_hash,
    fit_id,
    earlier_fit_id,
    is_new,
    coalesce(is_reconfigured, false) as is_reconfigured,
    coalesce(is_refitted, false) as is_refitted

from compared
