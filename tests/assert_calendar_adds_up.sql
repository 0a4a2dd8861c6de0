-- The customers of a segment are those of the month before, plus those who joined or
-- moved in, minus those who moved out or left. All segments together have the customers
-- of the row `all`.
with

segment_calendar as (

    select * from {{ ref("customer_segmentation", "segment_calendar") }}

),

compared as (

    select
        *,
        lag(customers) over (
            partition by segmentation, segment_id
            order by month_end
        ) as customers_before,
        sum(case when segment_id = 'all' then -customers else customers end) over (
            partition by segmentation, month_end
        ) as customers_too_many

    from segment_calendar

)

select * from compared
where
    customers != customers_before + joined + moved_in - moved_out - gone
    or customers_too_many != 0
