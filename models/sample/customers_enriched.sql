with

stg_customers as (

    select * from {{ ref("customer_segmentation", "stg_customers") }}

),

int_orders_summarized as (

    select * from {{ ref("customer_segmentation", "int_orders_summarized") }}

),

banded as (

    select
        *,
        case
            when try_cast(age as integer) < 25 then '18-24'
            when try_cast(age as integer) < 35 then '25-34'
            when try_cast(age as integer) < 50 then '35-49'
            when try_cast(age as integer) < 65 then '50-64'
            when try_cast(age as integer) >= 65 then '65 or older'
        end as age_band

    from stg_customers

),

joined_orders as (

    -- all NULL for customers without a completed order
    select
        banded.*,
        int_orders_summarized.recency_days,
        int_orders_summarized.frequency,
        int_orders_summarized.monetary_value,
        int_orders_summarized.average_basket,
        int_orders_summarized.tenure_days

    from banded
    left join int_orders_summarized
        on banded.customer_id = int_orders_summarized.customer_id

)

select * from joined_orders
