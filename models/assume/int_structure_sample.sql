{{ config(materialized="view") }}

with

int_customer_points as (

    select * from {{ ref("customer_segmentation", "int_customer_points") }}
    where point is not null

),

shuffled as (

    -- The hash gives the same random order in every build and on every engine.
    select
        customer_id,
        segmentation,
        point,
        row_number() over (
            partition by segmentation
            order by {{ dbt.hash("customer_id") }}, customer_id
        ) as draw

    from int_customer_points

),

drawn as (

    select
        customer_id,
        segmentation,
        point

    from shuffled
    where draw <= 2000

)

select * from drawn
