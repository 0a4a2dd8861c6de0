{{ config(materialized="view") }}

-- The highest that a size which goes by chance rises above the straight line between its
-- first and its last value in 19 of 20 cases, over the root of its variance (the
-- distribution of Kolmogorov's statistic).
{% set highest_by_chance = 1.358 %}

with

int_calendar_flows as (

    select * from {{ ref("customer_segmentation", "int_calendar_flows") }}

),

steps as (

    select
        *,
        share - lag(share) over months_of_segment as change,
        {{ dbt.datediff("month_end_before", "month_end", "day") }}
            as days,
        (joined + gone + moved_in + moved_out) / power(all_customers, 2) as variance

    from int_calendar_flows
    window months_of_segment as (
        partition by segmentation, segment_id
        order by month_end
    )

),

paired as (

    -- each month end with every month end
    select
        last_steps.segmentation,
        last_steps.segment_id,
        last_steps.month_end,
        last_steps.share as last_share,
        steps.share,
        steps.change,
        steps.days,
        steps.variance,
        steps.customers_before,
        steps.moved_in,
        steps.moved_out,
        steps.returned,
        {{ dbt.datediff("steps.month_end", "last_steps.month_end", "day") }}
            as days_ago

    from steps as last_steps
    inner join steps
        on last_steps.segmentation = steps.segmentation
        and last_steps.segment_id = steps.segment_id

),

compared as (

    -- the year up to each month end
    select
        *,
        -- what happened up to the first of them belongs to the year before
        days_ago < 365 as is_in_year,
        max(days_ago) over whole_year as days_known,
        first_value(share) over whole_year as first_share

    from paired
    where days_ago between 0 and 366
    window whole_year as (
        partition by segmentation, segment_id, month_end
        order by days_ago desc
        rows between unbounded preceding and unbounded following
    )

),

summed as (

    select
        segmentation,
        segment_id,
        month_end,
        max(days_known) >= 360 as is_whole_year,
        sum(case when is_in_year then moved_out end)
            / nullif(sum(case when is_in_year then customers_before * days end), 0)
            * 365.25e0 as moves_per_year,
        sum(case when is_in_year then returned end)
            / nullif(cast(sum(
                case when is_in_year and returned is not null then moved_in end
            ) as double), 0) as return_share,
        {{ exact_sum("case when is_in_year then abs(change) end") }} as way,
        abs(max(last_share) - max(first_share)) as lasting,
        {{ exact_sum("case when is_in_year then variance end") }} as variance,
        max(abs(
            share - first_share
            - (last_share - first_share) * (days_known - days_ago) / nullif(days_known, 0)
        )) as swing

    from compared
    group by
        segmentation,
        segment_id,
        month_end

),

judged as (

    select
        *,
        case
            when not is_whole_year then null
            when swing > {{ highest_by_chance }} * sqrt(variance) then 1 - lasting / way
            else 0
        end as season_share

    from summed

),

weighed as (

    select
        segmentation,
        month_end,
        {{ exact_sum("season_share * way") }} / nullif({{ exact_sum("way") }}, 0)
            as season_share

    from judged
    where segment_id != 'all'
    group by
        segmentation,
        month_end

)

select
    judged.segmentation,
    judged.segment_id,
    judged.month_end,
    judged.moves_per_year,
    judged.return_share,
    case
        when judged.segment_id = 'all' then weighed.season_share
        else judged.season_share
    end as season_share

from judged
left join weighed
    on judged.segmentation = weighed.segmentation
    and judged.month_end = weighed.month_end
