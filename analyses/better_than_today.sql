-- Are the segments better than the groups that we use today? Each segmentation is
-- compared with the other ways to divide its customers, by its own features. Look for
-- much explained variance with few groups, none of them tiny. A silhouette below 0 means
-- that customers tend to be nearer to the center of another group than to their own.
{{ config(enabled=project_name == 'customer_segmentation') }}

select
    segmentation,
    divided_by,
    groups,
    smallest_group,
    round(100 * variance_explained, 1) as percent_explained,
    round(simplified_silhouette, 2) as simplified_silhouette

from {{ ref("customer_segmentation", "segmentation_comparison") }}
where
    kind != 'kmeans'
    or divided_by = segmentation
order by
    segmentation,
    variance_explained desc
