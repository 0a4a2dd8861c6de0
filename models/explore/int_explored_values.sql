{{ config(materialized="view") }}

{% set columns = configured_numbers() %}

-- The tables of customers are read without a CTE, because an engine may hold a CTE in
-- memory if it is read more than once.
with

int_segmentation_features as (

    select * from {{ ref("customer_segmentation", "int_segmentation_features") }}

),

raw_values as (

    select {{ unnested(for_each(columns, {
            "customer_id": "customer_id",
            "feature": "'{name}'",
            "value": "{column}",
        })) }} as line

    from {{ ref("customer_segmentation", "customer_features") }}

),

explored as (

    select
        'raw' as stage,
        line.customer_id,
        'all' as segmentation,
        line.feature,
        line.value

    from raw_values

    union all

    select
        'standardized' as stage,
        points.customer_id,
        points.segmentation,
        features.feature,
        {{ list_element("points.point", "features.position + 1") }}
            / sqrt(features.weight) as value

    from {{ ref("customer_segmentation", "int_training_points") }} as points
    inner join int_segmentation_features as features
        on points.segmentation = features.segmentation

)

select * from explored
