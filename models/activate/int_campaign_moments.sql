-- Values are divided by the largest one, to lie in -1..1, so that their sums are exact.
with

int_campaign_outcomes as (

    select * from {{ ref("customer_segmentation", "int_campaign_outcomes") }}

),

outcomes as (

    select
        campaign,
        segmentation,
        segment_id,
        is_holdout,
        'amount' as outcome,
        amount as outcome_value,
        amount_before as value_before

    from int_campaign_outcomes

    union all

    select
        campaign,
        segmentation,
        segment_id,
        is_holdout,
        'response' as outcome,
        response as outcome_value,
        response_before as value_before

    from int_campaign_outcomes

),

ranges as (

    select
        campaign,
        outcome,
        greatest(max(abs(outcome_value)), max(abs(value_before))) as largest

    from outcomes
    group by
        campaign,
        outcome

),

scaled as (

    select
        outcomes.campaign,
        outcomes.segmentation,
        outcomes.segment_id,
        outcomes.is_holdout,
        outcomes.outcome,
        case when ranges.largest > 0 then ranges.largest else 1e0 end as unit,
        coalesce(outcomes.outcome_value / nullif(ranges.largest, 0), 0) as scaled_value,
        coalesce(outcomes.value_before / nullif(ranges.largest, 0), 0) as scaled_before

    from outcomes
    inner join ranges
        on outcomes.campaign = ranges.campaign
        and outcomes.outcome = ranges.outcome

),

placed as (

    -- Each customer counts twice: in their own segment, and in `all`, which stands for
    -- all segments.
    select * from scaled

    union all

    select
        campaign,
        segmentation,
        'all' as segment_id,
        is_holdout,
        outcome,
        unit,
        scaled_value,
        scaled_before

    from scaled

),

averaged as (

    select
        campaign,
        segment_id,
        outcome,
        is_holdout,
        {{ exact_mean("scaled_value") }} as mean,
        {{ exact_mean("scaled_before") }} as mean_before

    from placed
    group by
        campaign,
        segment_id,
        outcome,
        is_holdout

),

centered as (

    select
        placed.*,
        averaged.mean,
        averaged.mean_before,
        placed.scaled_value - averaged.mean as deviation,
        placed.scaled_before - averaged.mean_before as deviation_before

    from placed
    inner join averaged
        on placed.campaign = averaged.campaign
        and placed.segment_id = averaged.segment_id
        and placed.outcome = averaged.outcome
        and placed.is_holdout = averaged.is_holdout

),

slopes as (

    -- CUPED (Deng and others, 2013): the regression slope of the value on the value of
    -- the year before
    select
        campaign,
        segment_id,
        outcome,
        {{ exact_sum("deviation * deviation_before") }}
            / nullif({{ exact_sum(squared("deviation_before")) }}, 0) as slope

    from centered
    group by
        campaign,
        segment_id,
        outcome

),

adjusted as (

    select
        centered.*,
        coalesce(slopes.slope, 0) as slope,
        centered.deviation
            - coalesce(slopes.slope, 0) * centered.deviation_before as residual

    from centered
    inner join slopes
        on centered.campaign = slopes.campaign
        and centered.segment_id = slopes.segment_id
        and centered.outcome = slopes.outcome

),

summed as (

    select
        campaign,
        segmentation,
        segment_id,
        outcome,
        max(unit) as unit,
        max(slope) as slope,
        count(*) as customers,
        cast(sum(case when is_holdout then 1 else 0 end) as bigint) as held_out,
        max(case when not is_holdout then mean end) as mean,
        max(case when is_holdout then mean end) as holdout_mean,
        max(case when not is_holdout then mean_before end) as mean_before,
        max(case when is_holdout then mean_before end) as holdout_mean_before,
        {{ exact_sum(squared("deviation")) }} as squares,
        {{ exact_sum(squared("deviation_before")) }} as squares_before,
        {{ exact_sum("case when is_holdout then 0 else residual * residual end") }}
            as residual_squares,
        {{ exact_sum("case when is_holdout then residual * residual else 0 end") }}
            as holdout_residual_squares,
        {{ exact_sum("residual * residual * residual") }} as residual_cubes

    from adjusted
    group by
        campaign,
        segmentation,
        segment_id,
        outcome

)

select
    campaign,
    segmentation,
    segment_id,
    outcome,
    customers,
    held_out,
    customers - held_out as contacted,
    unit * (
        coalesce(mean, 0) * (customers - held_out) + coalesce(holdout_mean, 0) * held_out
    ) / customers as common_mean,
    unit * mean as mean,
    unit * holdout_mean as holdout_mean,
    unit * (mean - holdout_mean) as difference,
    unit * (mean - holdout_mean - slope * (mean_before - holdout_mean_before))
        as adjusted_difference,
    (mean_before - holdout_mean_before)
        / nullif(sqrt(squares_before / nullif(customers - 2, 0)), 0) as balance_before,
    1 - (residual_squares + holdout_residual_squares) / nullif(squares, 0)
        as explained_before,
    unit * unit * residual_squares as squares,
    unit * unit * holdout_residual_squares as holdout_squares,
    unit * unit * (residual_squares + holdout_residual_squares)
        / nullif(customers - 3, 0) as variance,
    residual_cubes / customers
        / nullif(power((residual_squares + holdout_residual_squares) / customers, 1.5), 0)
        as skewness

from summed
