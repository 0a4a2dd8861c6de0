{#- From orders to customers: a select with one row per customer, or per customer and
    month end. -#}
{% macro summarize_orders(
    orders, customer_id, ordered_on, amount, as_of, counted_days=none, month_ends=none
) -%}
    {{ return(adapter.dispatch("summarize_orders", "customer_segmentation")(
        orders, customer_id, ordered_on, amount, as_of, counted_days, month_ends
    )) }}
{%- endmacro %}

{% macro default__summarize_orders(
    orders, customer_id, ordered_on, amount, as_of, counted_days=none, month_ends=none
) -%}
    {%- set last_day = "cast(" ~ as_of ~ " as date)" -%}
    {%- set day = "as_of" if month_ends else last_day -%}
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
            cast({{ ordered_on }} as date) <= {{ last_day }}
            and {{ customer_id }} is not null

    ),
    {%- if month_ends %}

    month_ends as (

        -- complete months whose counted days do not begin before the first order
        {{ customer_segmentation.month_ends(
            last_day,
            month_ends,
            "(select min(ordered_on) from orders_until_then)",
            counted_days or 1,
        ) }}

    ),
    {%- endif %}

    counted_orders as (

        select
            customer_id,
            {%- if month_ends %}
            as_of,
            {%- endif %}
            ordered_on,
            case when {{ counted }} then 1 else 0 end as orders,
            case when {{ counted }} then cast(amount as double) end as amount

        from orders_until_then
        {%- if month_ends %}
        inner join month_ends
            on orders_until_then.ordered_on <= month_ends.as_of
        {%- endif %}

    ),

    bounded as (

        select {{ customer_segmentation.exact_unit_of_column("amount") }} as amount_unit
        from counted_orders

    )

    select
        customer_id,
        {%- if month_ends %}
        as_of,
        {%- endif %}
        {{ dbt.datediff("max(ordered_on)", day, "day") }} as recency_days,
        cast(sum(orders) as bigint) as frequency,
        coalesce({{ customer_segmentation.exact_sum("amount", "amount_unit") }}, 0) as monetary_value,
        {{ customer_segmentation.exact_mean("amount", "amount_unit") }} as average_basket,
        {{ dbt.datediff("min(ordered_on)", day, "day") }} as tenure_days

    from counted_orders
    cross join bounded
    group by customer_id{{ ", as_of" if month_ends }}
{%- endmacro %}


{#- A query with the last days of the latest complete months up to a day, as as_of. -#}
{% macro month_ends(last_day, months, first_day, counted_days) -%}
    {%- set next_month = dbt.date_trunc("month", dbt.dateadd("day", 1, last_day)) -%}
    select as_of
    from (
        {%- for months_ago in range(months) %}
        select cast({{ dbt.dateadd(
            "day", -1, dbt.dateadd("month", -months_ago, next_month)
        ) }} as date) as as_of
        {{ "union all" if not loop.last }}
        {%- endfor %}
    ) as complete_months
    where {{ dbt.datediff(first_day, "as_of", "day") }} >= {{ counted_days }} - 1
{%- endmacro %}
