with

stg_orders as (

    select * from {{ ref("customer_segmentation", "stg_orders") }}

),

completed_orders as (

    -- Returned and cancelled orders bring no revenue.
    select * from stg_orders
    where
        rejection is null
        and status = 'completed'

),

summarized as (

    {{ summarize_orders(
        orders="completed_orders",
        customer_id="customer_id",
        ordered_on="ordered_on",
        amount="amount",
        as_of="'" ~ var("orders_as_of") ~ "'",
        counted_days=365,
    ) }}

)

select * from summarized
