-- The orders of the sample in the web shop, clean.
--
-- Customers buy in stores, too: the completed orders in the year up to 2025-12-31 are a
-- part of products_purchased and money_spent, or all of them for customers who buy only
-- in the web shop. Older orders, returns and cancellations are additional. Every value
-- only depends on the seed, the customer, the number of the order and the name of the
-- draw.
--
-- With `order_year` = 2026, these are the orders of 2026 only. Their numbers start at
-- 101, after those of all earlier orders. With 2024, these are additional completed
-- orders of 2024, numbered from 901 on, so that the year before 2025 is complete, too.

create view orders as

with

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
        uniform_draw(columns('^(day|items|price|status)_draw$')) as '\0'

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

    -- Each order gets one item; the other items are shared by weight. Differences of
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
        (100 * (getvariable('order_year') - 2025) + 1000) % 1000 + order_number
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

from shared_money;
