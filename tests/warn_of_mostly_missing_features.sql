-- A feature that is imputed for most customers says little about them. The test reads
-- the customers once for all features.
{{ config(severity="warn") }}

{% set customer_features = ref("customer_segmentation", "customer_features") %}
{% set counts = for_each(configured_features(), {
    "feature": "'{name}'",
    "customers": "count(*)",
    "missing_share": "1 - count({column}) / nullif(count(*), 0)",
}) %}

with

measured as (

    {{ one_row_per_column(customer_features, counts) }}

)

select
    *,
    'The feature ' || feature || ' is missing for ' || round(100 * missing_share)
    || ' % of the customers: it says little about them. Leave it out, or fill it in.'
        as finding

from measured
where missing_share > 0.5
