{{ config(materialized="view") }}

{% set features = configured_features() %}

with

customer_features_standardized as (

    select * from {{ ref("customer_segmentation", "customer_features_standardized") }}

),

feature_preparation as (

    select * from {{ ref("customer_segmentation", "feature_preparation") }}

),

boxes as (

    -- the smallest box with all customers of a segmentation, weights included
    select
        segmentation,
        feature,
        lowest_z,
        sqrt(weight) as stretch,
        sqrt(sum(weight * power(highest_z - lowest_z, 2)) over whole_box) as diagonal

    from feature_preparation
    window whole_box as (
        partition by segmentation
        order by feature
        rows between unbounded preceding and unbounded following
    )

),

pivoted as (

    select
        segmentation
        {%- for feature in features %},
        max(case when feature = '{{ feature.name }}' then lowest_z end)
            as {{ feature.name }}__lowest,
        max(case when feature = '{{ feature.name }}' then stretch / diagonal end)
            as {{ feature.name }}__factor
        {%- endfor %}

    from boxes
    group by segmentation

),

positions as (

    select
        standardized.customer_id,
        standardized.segmentation
        {%- for feature in features %},
        (
            standardized.{{ adapter.quote(feature.name) }}
            - pivoted.{{ feature.name }}__lowest
        ) * pivoted.{{ feature.name }}__factor as {{ adapter.quote(feature.name) }}
        {%- endfor %}

    from customer_features_standardized as standardized
    inner join pivoted
        on standardized.segmentation = pivoted.segmentation

)

select * from positions
