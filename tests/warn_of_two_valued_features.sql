-- In a feature with two values, two customers have distance 0 if they have the same
-- value, and a large distance otherwise. At weight 1, the segments would be little more
-- than these two values.
{{ config(severity="warn") }}

with

int_feature_shapes as (

    select * from {{ ref("customer_segmentation", "int_feature_shapes") }}

)

select
    *,
    'The feature ' || feature || ' of ' || segmentation || ' has two values only, which'
    || ' would rule the distance. Give it weight: 0.25, as categories have, or list its'
    || ' values as categories.'
        as finding

from int_feature_shapes
where
    different_values = 2
    and weight >= 1
