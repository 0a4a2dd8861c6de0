{#- From orders to customers: a select with one row per customer. -#}
{% macro summarize_orders(orders, customer_id, ordered_on, amount, as_of) -%}
    {{ return(adapter.dispatch("summarize_orders", "customer_segmentation")(
        orders, customer_id, ordered_on, amount, as_of
    )) }}
{%- endmacro %}

{% macro default__summarize_orders(orders, customer_id, ordered_on, amount, as_of) -%}
    {%- set day = "cast(" ~ as_of ~ " as date)" -%}
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

    )

    select
        customer_id,
        {{ dbt.datediff("max(ordered_on)", day, "day") }} as recency_days,
        count(*) as frequency,
        {{ customer_segmentation.exact_sum("amount") }} as monetary_value,
        {{ customer_segmentation.exact_mean("amount") }} as average_basket,
        {{ dbt.datediff("min(ordered_on)", day, "day") }} as tenure_days

    from orders_until_then
    group by customer_id
{%- endmacro %}
