-- More than half of the rows rejected is a wrong configuration, not dirt: stop before
-- segments are made of the rest.
-- depends_on: {{ ref("customer_segmentation", "int_customers_checked") }}
{{ rejected_share_above(0.5) }}
