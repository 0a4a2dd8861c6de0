-- A few rejected rows are normal. More than one in twenty may come from a mistake in the
-- source or in the configuration.
{{ config(severity="warn") }}

with

int_customers_checked as (

    select * from {{ ref("customer_segmentation", "int_customers_checked") }}

),

counted as (

    select
        sum(copies) as source_rows,
        sum(case when rejection is not null then copies else 0 end) as rejected_rows

    from int_customers_checked

)

select
    *,
    rejected_rows || ' of ' || source_rows || ' rows of customers were rejected. Each'
    || ' stands in rejected_customers, with the reason.' as finding

from counted
where rejected_rows > 0.05 * source_rows
