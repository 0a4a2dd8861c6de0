{{ config(materialized="view") }}

select * from {{ var("segmentation_customers") }}
