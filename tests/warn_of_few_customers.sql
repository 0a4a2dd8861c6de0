-- With fewer than ten customers for each feature, centroids depend on who happens to be
-- among them: see `Ten customers for each feature` in DECISIONS.md.
{{ config(severity="warn") }}

with

int_feature_shapes as (

    select * from {{ ref("customer_segmentation", "int_feature_shapes") }}

),

counted as (

    select
        segmentation,
        max(customers) as customers,
        count(*) as features

    from int_feature_shapes
    group by segmentation

)

select
    *,
    segmentation || ' has ' || customers || ' customers for ' || features
    || ' features, fewer than ten for each: other customers would give other segments.'
    || ' Use fewer features.'
        as finding

from counted
where customers < 10 * features
