-- The column `advice` says what the figure means and what to do.
{{ config(severity="warn") }}

select
    *,
    segmentation || ', ' || metric || ' of ' || feature || ': ' || advice as finding

from {{ ref("customer_segmentation", "drift") }}
where status != 'pass'
