{{ config(materialized="view") }}

with

int_customer_points as (

    select * from {{ ref("customer_segmentation", "int_customer_points") }}

),

int_champions as (

    select * from {{ ref("customer_segmentation", "int_champions") }}

),

nearest as (

    {{ nearest_segments("int_customer_points", "int_champions") }}

)

select
    customer_id,
    segmentation,
    {{ columns_for_each(described_columns(), ["value__{name}"]) }},
    fit_id,
    fit_number,
    group_id,
    point,
    position - 1 as segment_index,
    next_position - 1 as next_segment_index,
    distance,
    next_distance

from nearest
