-- K-means squares distances: far outliers pull centroids towards them, or get a
-- segment of their own. A transform or clip tames them. Of a feature of two values, the
-- few who have the rare one are no outliers.
{{ config(severity="warn") }}

with

int_feature_shapes as (

    select * from {{ ref("customer_segmentation", "int_feature_shapes") }}

)

select
    *,
    far_customers || ' of ' || customers || ' customers are outliers in ' || feature
    || ' of ' || segmentation || '. Use '
    || case
        when is_non_negative and transform = 'none' then 'transform: log, or '
        else ''
    end
    || 'clip: [0.01, 0.99].'
        as finding

from int_feature_shapes
where
    far_customers > 0.01 * customers
    and different_values > 2
