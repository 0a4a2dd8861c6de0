-- K-means always returns segments, even from data without groups. The column
-- `explanation` says which segments to doubt and what to do.
{{ config(severity="warn") }}

select
    *,
    segmentation || ', ' || assumption || ': ' || explanation as finding

from {{ ref("customer_segmentation", "kmeans_assumptions") }}
where status = 'warn'
