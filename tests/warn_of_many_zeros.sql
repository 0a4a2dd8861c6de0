-- A logarithm puts zeros far from large values. With many zeros, the segments may only
-- distinguish active from inactive customers. The test ignores features with small
-- counts, because these lie near 0.
{{ config(severity="warn") }}

with

int_feature_shapes as (

    select * from {{ ref("customer_segmentation", "int_feature_shapes") }}

)

select
    *,
    round(100 * zero_share) || ' % of the customers of ' || segmentation || ' have 0 in '
    || feature || ', far from all others after transform: log: the segments may say no'
    || ' more than active or not. Segment the active alone (where: ' || feature
    || ' > 0), and tell the others by an attribute (expression: ' || feature || ' = 0).'
        as finding

from int_feature_shapes
where
    zero_share >= 0.333
    and zero_distance > 3
    and transform = 'log'
    and different_values > 2
