{#- From orders to customers: a select with one row per customer. -#}
{% macro summarize_orders(
    orders, customer_id, ordered_on, amount, as_of, counted_days=none
) -%}
    {{ return(adapter.dispatch("summarize_orders", "customer_segmentation")(
        orders, customer_id, ordered_on, amount, as_of, counted_days
    )) }}
{%- endmacro %}

{% macro default__summarize_orders(
    orders, customer_id, ordered_on, amount, as_of, counted_days=none
) -%}
    {%- set day = "cast(" ~ as_of ~ " as date)" -%}
    {%- set age = dbt.datediff("ordered_on", day, "day") -%}
    {%- set counted = "true" if counted_days is none else age ~ " < " ~ counted_days -%}
    with

    orders_until_then as (

        select
            {{ customer_id }} as customer_id,
            cast({{ ordered_on }} as date) as ordered_on,
            {{ amount }} as amount

        from {{ orders }}
        where
            cast({{ ordered_on }} as date) <= {{ day }}
            and {{ customer_id }} is not null

    ),

    counted_orders as (

        select
            customer_id,
            ordered_on,
            case when {{ counted }} then 1 else 0 end as orders,
            case when {{ counted }} then cast(amount as double) end as amount

        from orders_until_then

    ),

    bounded as (

        select {{ customer_segmentation.exact_unit_of_column("amount") }} as amount_unit
        from counted_orders

    )

    select
        customer_id,
        {{ dbt.datediff("max(ordered_on)", day, "day") }} as recency_days,
        cast(sum(orders) as bigint) as frequency,
        coalesce({{ customer_segmentation.exact_sum("amount", "amount_unit") }}, 0) as monetary_value,
        {{ customer_segmentation.exact_mean("amount", "amount_unit") }} as average_basket,
        {{ dbt.datediff("min(ordered_on)", day, "day") }} as tenure_days

    from counted_orders
    cross join bounded
    group by customer_id
{%- endmacro %}
