{{ config(materialized="view") }}

with

all_customers as (

    select * from {{ ref("customer_segmentation", "int_customers_sampled") }}

),

feature_preparation as (

    select * from {{ ref("customer_segmentation", "feature_preparation") }}

),

standardized as (

    {{ standardize_customers("all_customers", "feature_preparation") }}

)

select * from standardized
