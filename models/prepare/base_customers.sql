{{ config(materialized="view") }}

select * from {{ segmentation_setting("segmentation_customers") }}
