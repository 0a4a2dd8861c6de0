{{ config(materialized="view") }}

with

all_customers as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

champion_features as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_features") }}
    where is_champion

),

champion_centroids as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_centroids") }}
    where is_champion

),

scored as (

    {{ score_customers("all_customers", "champion_features", "champion_centroids") }}

)

select * from scored
