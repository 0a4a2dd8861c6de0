with

stg_orders as (

    select * from {{ ref("customer_segmentation", "stg_orders") }}

),

summarized as (

    {{ summarize_completed_orders("stg_orders", month_ends=13) }}

)

select * from summarized
