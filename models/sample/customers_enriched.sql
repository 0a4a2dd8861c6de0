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
            when try_cast(age as double) < 25 then '18-24'
            when try_cast(age as double) < 35 then '25-34'
            when try_cast(age as double) < 50 then '35-49'
            when try_cast(age as double) < 65 then '50-64'
            when try_cast(age as double) >= 65 then '65 or older'
        end as age_band

    from stg_customers

),

scored_orders as (

    select
        *,
        {{ rfm_score("recency_days", best="lowest") }} as recency_score,
        {{ rfm_score("frequency") }} as frequency_score,
        {{ rfm_score("monetary_value") }} as monetary_score

    from int_orders_summarized

),

joined_orders as (

    -- For customers without a completed order, all new columns except the class are NULL.
    select
        banded.*,
        {{ rfm_class(
            "scored_orders.recency_score",
            "scored_orders.frequency_score",
            "scored_orders.monetary_score",
        ) }} as rfm_class,
        scored_orders.recency_days,
        scored_orders.frequency,
        scored_orders.monetary_value,
        scored_orders.average_basket,
        scored_orders.tenure_days

    from banded
    left join scored_orders
        on banded.customer_id = scored_orders.customer_id

)

select * from joined_orders
