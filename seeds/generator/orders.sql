-- The orders of the sample in the web shop, clean, made from the view `customers` of
-- customers.sql, with the same variables `seed` and `years_later`.
--
-- Customers buy in stores, too: the completed orders in the year up to 2025-12-31 are a
-- part of products_purchased and money_spent, and all of it for customers who only buy
-- in the web shop. Older orders, returns and cancellations are additional. Every value
-- only depends on the seed, the customer, the number of the order and the name of the
-- draw.
--
-- With `years_later` = 1, these are the orders of 2026 only. Their numbers start at
-- 101, after those of all earlier orders.

with

order_habits (
    value_group,
    items_per_order,
    orders_sigma,
    recency_median,
    recency_sigma,
    most_orders,
    older_orders,
    undone_orders,
    returned_share
) as (

    -- Completed orders of the year and days since the last one are lognormal.
    -- older_orders is the largest number of orders before that year, undone_orders the
    -- number of returned or canceled orders per completed one.
    values
    ('loyal_regulars', 2.2, 0.15, 9, 0.40, 20, 3, 0.04, 0.5),
    ('big_baskets', 3.0, 0.20, 75, 0.35, 2, 1, 0.06, 0.5),
    ('occasional', 3.0, 0.25, 230, 0.25, 2, 0, 0.06, 0.5),
    ('troubled', 5.0, 0.20, 65, 0.35, 3, 1, 0.70, 0.8)

),

channel_habits (lifestyle_group, mean_web_share) as (

    -- The share of what customers buy in the web shop, on average, before it is cut at
    -- a tenth and at all of it.
    values
    ('young_spenders', 0.95e0),
    ('careful_affluent', 0.6e0),
    ('affluent_spenders', 0.85e0),
    ('middle_market', 0.75e0),
    ('frugal_seniors', 0.45e0)

),

read_customers as materialized (

    select
        customers.customer_id,
        -- Another seed per year, or everybody would order on the same days every year.
        getvariable('seed')::bigint + getvariable('years_later') as seed,
        make_date(2025 + getvariable('years_later'), 12, 31) as last_date,
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

),

drawn_habits as (

    -- Hashed twice for the reason given at mixed_draws in customers.sql. Where customers
    -- buy is drawn once for all years.
    select
        *,
        hash(hash(getvariable('seed')::bigint, customer_number, 'web')) as web_z,
        hash(hash(seed, customer_number, 'orders')) as orders_z,
        hash(hash(seed, customer_number, 'recency')) as recency_z,
        hash(hash(seed, customer_number, 'older')) as older_draw,
        hash(hash(seed, customer_number, 'undone')) as undone_draw

    from read_customers

),

shaped_habits as (

    -- Uniform and normal draws as in customers.sql.
    select
        columns(* exclude (web_z, orders_z, recency_z, older_draw, undone_draw)),
        (columns('_draw$') >> 11) / 9007199254740992e0 as '\0',
        sqrt(-2 * ln(1 - (columns('_z$') >> 11) / 9007199254740992e0))
        * cos(2 * pi() * (hash(columns('_z$')) >> 11) / 9007199254740992e0)
            as '\0'

    from drawn_habits

),

dated_customers as (

    -- Days before the last date: first_day is the earliest possible order of the year,
    -- last_day the latest order.
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

    -- At most one order in twenty days, so that new customers have few orders, and at
    -- most one order per item.
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
            when days_since_signup > 364 and getvariable('years_later') = 0
                then floor(older_draw * (older_orders + 1))::bigint
            else 0
        end as older_count

    from dated_customers

),

shared_purchases as (

    select
        *,
        greatest(year_count, round(products * web_share)::bigint) as web_products,
        round(cents * web_share)::bigint as web_cents

    from counted_orders

),

numbered_orders as (

    select
        *,
        unnest(
            range(
                year_count
                + older_count
                + floor(year_count * undone_orders + undone_draw)::bigint
            )
        ) + 1 as order_number

    from shared_purchases

),

drawn_orders as (

    select
        *,
        case
            when order_number <= year_count then 'year'
            when order_number <= year_count + older_count then 'older'
            else 'undone'
        end as kind,
        hash(hash(seed, customer_number, order_number, 'day')) as day_draw,
        hash(hash(seed, customer_number, order_number, 'items')) as items_draw,
        hash(hash(seed, customer_number, order_number, 'price')) as price_draw,
        hash(hash(seed, customer_number, order_number, 'status')) as status_draw

    from numbered_orders

),

shaped_orders as (

    select
        columns(* exclude (day_draw, items_draw, price_draw, status_draw)),
        (columns('^(day|items|price|status)_draw$') >> 11) / 9007199254740992e0
            as '\0'

    from drawn_orders

),

dated_orders as (

    select
        *,
        case
            when kind = 'year' and order_number = 1 then last_day
            when kind = 'year'
                then last_day + floor(day_draw * (first_day - last_day + 1))
            when kind = 'older'
                then 365 + floor(day_draw * (days_since_signup - 364))
            else floor(day_draw * (first_day + 1))
        end::integer as days_ago,
        1 + floor(items_draw * 1000)::bigint as items_weight

    from shaped_orders

),

weighed_items as (

    -- Weights are whole numbers, so that sums do not depend on the order of the rows.
    select
        *,
        sum(items_weight) over customer_orders::bigint as items_weights,
        sum(items_weight) over orders_so_far::bigint as items_weights_so_far

    from dated_orders
    window
        customer_orders as (partition by customer_number, kind),
        orders_so_far as (
            partition by customer_number, kind
            order by order_number
        )

),

shared_items as (

    -- Each order gets one item, and the rest is shared by weight. Differences of
    -- running shares are used, so that whole items add up to the total.
    select
        *,
        case
            when kind = 'year'
                then 1
                    + (web_products - year_count) * items_weights_so_far
                    // items_weights
                    - (web_products - year_count)
                    * (items_weights_so_far - items_weight)
                    // items_weights
            else 1 + floor(items_draw * (2 * items_per_order - 1))::bigint
        end as items

    from weighed_items

),

priced_items as (

    select
        *,
        items * (750 + floor(price_draw * 500)::bigint) as price_weight

    from shared_items

),

weighed_prices as (

    select
        *,
        sum(price_weight) over customer_orders::bigint as price_weights,
        sum(price_weight) over orders_so_far::bigint as price_weights_so_far

    from priced_items
    window
        customer_orders as (partition by customer_number, kind),
        orders_so_far as (
            partition by customer_number, kind
            order by order_number
        )

),

shared_money as (

    select
        *,
        case
            when kind = 'year'
                then web_cents * price_weights_so_far // price_weights
                    - web_cents * (price_weights_so_far - price_weight)
                    // price_weights
            else greatest(1, cents * price_weight // (1000 * products))
        end as order_cents

    from weighed_prices

)

select
    format(
        'O{:05d}{:03d}',
        customer_number,
        100 * getvariable('years_later') + order_number
    ) as order_id,
    customer_id,
    last_date - days_ago as ordered_on,
    case
        when kind != 'undone' then 'completed'
        when status_draw < returned_share then 'returned'
        else 'cancelled'
    end as status,
    items,
    (order_cents / 100)::decimal(12, 2) as amount

from shared_money
