-- Why can rows not be used? Look for a reason that grows from one delivery to the next,
-- and for one that a limit in the configuration, rather than the data, has made.
{{ config(enabled=project_name == 'customer_segmentation') }}

select
    reason,
    feature,
    sum(source_rows) as source_rows,
    min(explanation) as explanation

from {{ ref("customer_segmentation", "rejected_customers") }}
group by
    reason,
    feature
order by
    source_rows desc,
    reason,
    feature
