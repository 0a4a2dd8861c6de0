-- A few rejected rows are dirt; every twentieth should be looked into.
-- depends_on: {{ ref("customer_segmentation", "int_customers_checked") }}
{{ config(severity="warn") }}

{{ rejected_share_above(0.05) }}
