-- K-means always returns segments. kmeans_assumptions says in words which of them to
-- doubt, and what to do.
{{ config(severity="warn") }}

select
    *,
    segmentation || ', ' || assumption || ': ' || explanation as finding

from {{ ref("customer_segmentation", "kmeans_assumptions") }}
where status = 'warn'
