{% macro rejected_share_above(maximum) -%}
    with

    int_customers_checked as (

        select * from {{ ref("customer_segmentation", "int_customers_checked") }}

    ),

    counted as (

        select
            sum(copies) as source_rows,
            sum(case when rejection is not null then copies else 0 end)
                as rejected_rows

        from int_customers_checked

    )

    select * from counted
    where rejected_rows > {{ maximum }} * source_rows
{%- endmacro %}
