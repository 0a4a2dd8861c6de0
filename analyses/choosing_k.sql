-- How many segments? Look for the highest simplified silhouette with a stability near 1
-- and no tiny segment; above it, for a smallest valley of 1 or more: then every two
-- segments have a valley between them, even if they stand close. The inertia falls with
-- every cluster more: an elbow in it is a hint, never a proof.
{{ config(enabled=project_name == 'customer_segmentation') }}

select
    segmentation,
    clusters,
    is_chosen,
    round(simplified_silhouette, 3) as simplified_silhouette,
    round(silhouette, 3) as silhouette,
    round(stability, 2) as stability,
    round(smallest_valley, 2) as smallest_valley,
    round(smallest_share, 3) as smallest_share,
    round(inertia) as inertia,
    reason

from {{ ref("customer_segmentation", "segmentation_quality") }}
order by
    segmentation,
    clusters
