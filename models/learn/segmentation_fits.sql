with

kmeans_fits as (

    select * from {{ ref("customer_segmentation", "kmeans_fits") }}

),

int_segmentations as (

    select * from {{ ref("customer_segmentation", "int_segmentations") }}

),

fits as (

    select distinct
        fit_id,
        segmentation,
        configuration_hash,
        data_fingerprint,
        clusters,
        customers,
        passes,
        inertia,
        simplified_silhouette,
        davies_bouldin,
        calinski_harabasz,
        stability,
        fitted_at,
        adopted_at

    from kmeans_fits

),

ranked as (

    select
        fits.*,
        int_segmentations.segmentation is not null as is_current,
        row_number() over (
            partition by fits.segmentation, fits.configuration_hash
            order by
                case when fits.fit_id = int_segmentations.pinned_fit_id then 0 else 1 end,
                fits.adopted_at desc,
                fits.fit_id desc
        ) as recency

    from fits
    left join int_segmentations
        on fits.segmentation = int_segmentations.segmentation
        and fits.configuration_hash = int_segmentations.configuration_hash

)

select
    fit_id,
    segmentation,
    configuration_hash,
    data_fingerprint,
    clusters,
    customers,
    passes,
    inertia,
    simplified_silhouette,
    davies_bouldin,
    calinski_harabasz,
    stability,
    is_current and recency = 1 as is_champion,
    fitted_at,
    adopted_at

from ranked
