-- K-means squares distances, so outliers pull centroids towards them or become a segment
-- of their own. A transform or clip prevents this. If a feature has only two values,
-- customers with the rare value do not count as outliers.
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
