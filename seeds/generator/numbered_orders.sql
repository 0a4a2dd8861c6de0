-- The numbers of the orders of each customer, and the totals of the customer's orders.

create view numbered_orders as

with

read_customers as materialized (

    select
        customers.customer_id,
        -- Each year has its own seed, because customers would otherwise order on the same
        -- days every year.
        getvariable('seed')::bigint + getvariable('order_year') - 2025 as seed,
        make_date(getvariable('order_year'), 12, 31) as last_date,
        substring(customers.customer_id, 2)::bigint as customer_number,
        customers.products_purchased::bigint as products,
        round(customers.money_spent * 100)::bigint as cents,
        last_date - customers.signup_date as days_since_signup,
        order_habits.* exclude (value_group),
        channel_habits.mean_web_share

    from customers
    inner join order_habits
        on customers.value_group = order_habits.value_group
    inner join channel_habits
        on customers.lifestyle_group = channel_habits.lifestyle_group
    where customers.signup_date <= last_date

),

drawn_habits as (

    -- Draws are hashed twice; mixed_draws in draws.sql says why. The share of the web
    -- shop is drawn once for all years.
    select
        *,
        hash(hash(getvariable('seed')::bigint, customer_number, 'web')) as web_z,
        hash(hash(seed, customer_number, 'orders')) as orders_z,
        hash(hash(seed, customer_number, 'recency')) as recency_z,
        hash(hash(seed, customer_number, 'money')) as money_z,
        hash(hash(seed, customer_number, 'older')) as older_draw,
        hash(hash(seed, customer_number, 'undone')) as undone_draw

    from read_customers

),

shaped_habits as (

    select
        columns(
            * exclude (web_z, orders_z, recency_z, money_z, older_draw, undone_draw)
        ),
        uniform_draw(columns('_draw$')) as '\0',
        normal_draw(columns('_z$')) as '\0'

    from drawn_habits

),

dated_customers as (

    -- Both count days before the last date: first_day is the earliest day on which the
    -- customer can order in the year, last_day the day of the latest completed order.
    select
        *,
        least(days_since_signup, 364) as first_day,
        least(
            round(recency_median * exp(recency_sigma * recency_z))::bigint,
            days_since_signup,
            364
        ) as last_day,
        least(greatest(mean_web_share + 0.25e0 * web_z, 0.1e0), 1) as web_share

    from shaped_habits

),

counted_orders as (

    -- A customer has at most one order in twenty days, so that new customers have few
    -- orders, and at most one order per item.
    select
        *,
        greatest(
            1,
            least(
                products,
                most_orders,
                1 + (first_day - last_day) // 20,
                round(
                    products / items_per_order * exp(orders_sigma * orders_z)
                )::bigint
            )
        ) as year_count,
        case
            when days_since_signup > 364 and getvariable('order_year') = 2025
                then floor(older_draw * (older_orders + 1))::bigint
            else 0
        end as older_count

    from dated_customers

),

shared_purchases as (

    select
        *,
        greatest(year_count, round(products * web_share)::bigint) as web_products,
        -- in 2024, each customer spent about as much as in 2025
        round(
            cents
            * web_share
            * case
                when getvariable('order_year') = 2024 then exp(0.25e0 * money_z) else 1
            end
        )::bigint as web_cents

    from counted_orders

)

select
    *,
    unnest(
        range(
            year_count
            + older_count
            + case
                when getvariable('order_year') = 2024 then 0
                else floor(year_count * undone_orders + undone_draw)
            end::bigint
        )
    ) + 1 as order_number

from shared_purchases;
