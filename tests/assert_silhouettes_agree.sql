-- segments and segmentation_comparison must have the same simplified silhouette for a
-- segmentation, also when its fit is old and the customers have changed.
with

segments as (

    select * from {{ ref("customer_segmentation", "segments") }}

),

segmentation_comparison as (

    select * from {{ ref("customer_segmentation", "segmentation_comparison") }}

),

averaged as (

    select
        segmentation,
        sum(customers * simplified_silhouette) / sum(customers) as simplified_silhouette

    from segments
    where simplified_silhouette is not null
    group by segmentation

)

select
    averaged.segmentation,
    averaged.simplified_silhouette,
    segmentation_comparison.simplified_silhouette as compared_silhouette

from averaged
left join segmentation_comparison
    on averaged.segmentation = segmentation_comparison.segmentation
    and averaged.segmentation = segmentation_comparison.divided_by
where
    segmentation_comparison.simplified_silhouette is null
    or abs(
        averaged.simplified_silhouette - segmentation_comparison.simplified_silhouette
    ) > 1e-9
