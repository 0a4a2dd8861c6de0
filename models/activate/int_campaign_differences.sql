-- With fewer customers in a group, the mean of skewed amounts is too uncertain.
{% set fewest = 20 %}
-- The variance of a small group is uncertain, and for skewed amounts its error is
-- correlated with the error of the mean. Therefore this many customers with the common
-- variance are added to each group.
{% set prior = 8 %}

with

int_campaign_moments as (

    select * from {{ ref("customer_segmentation", "int_campaign_moments") }}
    where
        contacted >= {{ fewest }}
        and held_out >= {{ fewest }}
        and variance > 0

),

weighed_amounts as (

    select
        *,
        (squares + {{ prior }} * variance) / (contacted - 1 + {{ prior }}) / contacted
            as error,
        (holdout_squares + {{ prior }} * variance)
            / (held_out - 1 + {{ prior }}) / held_out as holdout_error

    from int_campaign_moments
    where outcome = 'amount'

),

measured_amounts as (

    -- Welch's standard error and degrees of freedom, and the skewness of the difference
    select
        *,
        sqrt(error + holdout_error) as standard_error,
        power(error + holdout_error, 2) / (
            power(error, 2) / (contacted - 1) + power(holdout_error, 2) / (held_out - 1)
        ) as degrees,
        skewness * (
            power(error, 1.5) / sqrt(contacted)
            - power(holdout_error, 1.5) / sqrt(held_out)
        ) / power(error + holdout_error, 1.5) as error_skewness

    from weighed_amounts

),

standardized_amounts as (

    select
        *,
        {{ t_quantile("degrees") }} as quantile,
        {{ unskewed_statistic(
            "(adjusted_difference / standard_error)", "error_skewness"
        ) }} as statistic

    from measured_amounts

),

tested_amounts as (

    select
        campaign,
        segment_id,
        outcome,
        adjusted_difference as difference,
        adjusted_difference - standard_error
            * {{ skewed_quantile("quantile", "error_skewness") }} as lower,
        adjusted_difference - standard_error
            * {{ skewed_quantile("(-quantile)", "error_skewness") }} as upper,
        standard_error,
        {{ normal_from_t("statistic", "degrees") }} as statistic

    from standardized_amounts

),

measured_responses as (

    select
        *,
        {{ wilson_bound("mean", "contacted", -1) }} as lowest,
        {{ wilson_bound("mean", "contacted", 1) }} as highest,
        {{ wilson_bound("holdout_mean", "held_out", -1) }} as holdout_lowest,
        {{ wilson_bound("holdout_mean", "held_out", 1) }} as holdout_highest,
        sqrt(
            common_mean * (1 - common_mean) * (1e0 / contacted + 1e0 / held_out)
        ) as standard_error

    from int_campaign_moments
    where outcome = 'response'

),

tested_responses as (

    -- Newcombe's interval for the difference of two shares
    select
        campaign,
        segment_id,
        outcome,
        difference,
        difference - sqrt(
            power(mean - lowest, 2) + power(holdout_highest - holdout_mean, 2)
        ) as lower,
        difference + sqrt(
            power(highest - mean, 2) + power(holdout_mean - holdout_lowest, 2)
        ) as upper,
        standard_error,
        difference / standard_error as statistic

    from measured_responses

),

tested as (

    select * from tested_amounts

    union all

    select * from tested_responses

)

select
    campaign,
    segment_id,
    outcome,
    difference,
    lower,
    upper,
    standard_error,
    {{ two_sided_p("statistic") }} as p_value

from tested
