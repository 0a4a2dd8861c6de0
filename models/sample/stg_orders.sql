with

orders as (

    select * from {{ ref("customer_segmentation", "orders") }}

),

stg_customers as (

    select * from {{ ref("customer_segmentation", "stg_customers") }}

),

trimmed as (

    select
        nullif(trim(order_id), '') as order_id,
        nullif(trim(customer_id), '') as customer_id,
        lower(trim(status)) as status,
        nullif(trim(ordered_on), '') as given_date,
        nullif(trim(items), '') as given_items,
        nullif(trim(amount), '') as given_amount

    from orders

),

merged as (

    -- Exact copies of a row count as one order.
    select
        order_id,
        customer_id,
        status,
        given_date,
        given_items,
        given_amount,
        count(*) as copies

    from trimmed
    group by
        order_id,
        customer_id,
        status,
        given_date,
        given_items,
        given_amount

),

typed as (

    select
        *,
        try_cast(given_date as date) as ordered_on,
        try_cast(given_items as integer) as items,
        try_cast(given_amount as decimal(12, 2)) as amount

    from merged

),

known_customers as (

    select distinct customer_id from stg_customers
    where customer_id is not null

),

checked as (

    select
        typed.*,
        case
            when typed.customer_id is null then 'missing_customer'
            when known_customers.customer_id is null then 'unknown_customer'
            when typed.given_date is null then 'missing_date'
            when typed.ordered_on is null then 'not_a_date'
            when typed.given_amount is null then 'missing_amount'
            when typed.amount is null then 'not_a_number'
        end as rejection

    from typed
    left join known_customers
        on typed.customer_id = known_customers.customer_id

)

select
    order_id,
    customer_id,
    status,
    rejection,
    items,
    amount,
    copies,
    ordered_on

from checked
