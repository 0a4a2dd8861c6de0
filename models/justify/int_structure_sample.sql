{{ config(materialized="view") }}

with

customer_features_standardized as (

    select * from {{ ref("customer_segmentation", "customer_features_standardized") }}

),

shuffled as (

    -- in the same order in every build and on every engine
    select
        *,
        row_number() over (
            partition by segmentation
            order by {{ dbt.hash("customer_id") }}, customer_id
        ) as draw

    from customer_features_standardized

),

drawn as (

    select
        customer_id,
        segmentation
        {%- for feature in configured_features() %},
        {{ adapter.quote(feature.name) }}
        {%- endfor %}

    from shuffled
    where draw <= 2000

)

select * from drawn
