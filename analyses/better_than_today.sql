-- Is it better than what we do today? Each segmentation beside the ways in which the
-- customers are divided already, judged on the segmentation's own features. Look for
-- much variance explained by few groups, none of them tiny. A silhouette below 0 says
-- that customers lie nearer to the middle of another group than to that of their own.
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
