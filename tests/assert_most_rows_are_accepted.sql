-- More than half of the rows rejected is a wrong configuration, not dirt: stop before
-- segments are made of the rest.
with

int_customers_checked as (

    select * from {{ ref("int_customers_checked") }}

),

counted as (

    select
        sum(copies) as source_rows,
        sum(case when rejection is not null then copies else 0 end) as rejected_rows

    from int_customers_checked

)

select * from counted
where rejected_rows > 0.5 * source_rows
