-- In a skewed feature, few large values decide the scale, so that all other values look
-- alike. After a logarithm, differences between the other values count, too.
{{ config(severity="warn") }}

with

int_feature_shapes as (

    select * from {{ ref("customer_segmentation", "int_feature_shapes") }}

)

select
    *,
    'The feature ' || feature || ' of ' || segmentation || ' is skewed (skewness '
    || round(skewness, 1) || '): few customers with large values would shape the'
    || ' segments. Use transform: log'
    || case
        when zero_share < 0.333 then '.'
        else ', and where: ' || feature || ' > 0, since ' || round(100 * zero_share)
            || ' % of the customers have 0.'
    end
        as finding

from int_feature_shapes
where
    skewness > 1.5
    and is_non_negative
    and transform = 'none'
    and different_values > 2
