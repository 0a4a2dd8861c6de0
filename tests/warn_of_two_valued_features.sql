-- Customers with the same of two values have no distance at all in it, and those with
-- the other are far: at weight 1 the segments are hardly more than the two values.
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
