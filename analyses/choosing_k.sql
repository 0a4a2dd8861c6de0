-- How many segments? Look for the highest simplified silhouette with a stability near 1
-- and no tiny segment. Among larger numbers, look for a smallest valley of 1 or more:
-- then there is a valley between every two segments, even if they are close together. The
-- inertia falls with every additional cluster, so an elbow in it is only a hint.
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
