-- Why are rows rejected? Look for a reason that becomes more frequent from one delivery
-- to the next, and for rows that are only rejected because of a limit in the
-- configuration.
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
