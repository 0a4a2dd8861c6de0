{#- Moments are computed about the median, from values divided by their range and summed
    in fixed point, so that they are exactly the same for every order of the rows. The
    mean lies within one standard deviation of the median (Hotelling and Solomons, 1932),
    so that converting them to moments about the mean loses no digits.

    The values are read three times without a CTE. An engine may hold a CTE in memory if
    it is read more than once, here with all values of all customers. -#}
{% set int_explored_values = ref("customer_segmentation", "int_explored_values") %}
{% set fractions = {
    "quantile_01": 0.01,
    "quantile_05": 0.05,
    "quantile_25": 0.25,
    "median": 0.5,
    "quantile_75": 0.75,
    "quantile_95": 0.95,
    "quantile_99": 0.99,
} %}

with

measured as (

    select
        stage,
        segmentation,
        feature,
        count(*) as customers,
        count(value) as known,
        min(value) as minimum,
        {{ quantile_list("value", fractions.values()) }} as quantiles,
        max(value) as maximum,
        count(case when value = 0 then 1 end) as zeros,
        count(case when value != floor(value) then 1 end) as fractions

    from {{ int_explored_values }}
    group by
        stage,
        segmentation,
        feature

),

different_values as (

    select
        stage,
        segmentation,
        feature,
        value

    from {{ int_explored_values }}
    where value is not null
    group by
        stage,
        segmentation,
        feature,
        value

),

counted as (

    select
        stage,
        segmentation,
        feature,
        count(*) as distinct_values

    from different_values
    group by
        stage,
        segmentation,
        feature

),

described as (

    -- Interpolation can be wrong in the last bit, even between equal values, so quantiles
    -- are kept between minimum and maximum.
    select
        *,
        {{ columns_for_each(fractions, [
            "least(greatest(" ~ list_element("quantiles", "{position}")
            ~ ", minimum), maximum) as {thing}"
        ]) }}

    from measured

),

fenced as (

    select
        *,
        quantile_25 - 1.5e0 * (quantile_75 - quantile_25) as lower_fence,
        quantile_75 + 1.5e0 * (quantile_75 - quantile_25) as upper_fence

    from described

),

moved as (

    select
        explored.stage,
        explored.segmentation,
        explored.feature,
        (explored.value - fenced.median)
            / nullif(fenced.maximum - fenced.minimum, 0) as deviation,
        case
            when {{ is_clearly_less(
                "explored.value", "fenced.lower_fence"
            ) }} then 1
            when {{ is_clearly_less(
                "fenced.upper_fence", "explored.value"
            ) }} then 1
        end as outlier

    from {{ int_explored_values }} as explored
    inner join fenced
        on explored.stage = fenced.stage
        and explored.segmentation = fenced.segmentation
        and explored.feature = fenced.feature

),

raised as (

    select
        stage,
        segmentation,
        feature,
        count(outlier) as outliers,
        {{ exact_mean("deviation") }} as first_power,
        {{ exact_mean("deviation * deviation") }}
            as second_power,
        {{ exact_mean("deviation * deviation * deviation") }}
            as third_power,
        {{ exact_mean(
            "deviation * deviation * deviation * deviation"
        ) }} as fourth_power

    from moved
    group by
        stage,
        segmentation,
        feature

),

centered as (

    select
        stage,
        segmentation,
        feature,
        outliers,
        first_power as mean_deviation,
        second_power - power(first_power, 2) as second_moment,
        third_power - 3 * first_power * second_power + 2 * power(first_power, 3)
            as third_moment,
        fourth_power - 4 * first_power * third_power
            + 6 * power(first_power, 2) * second_power - 3 * power(first_power, 4)
            as fourth_moment

    from raised

),

profiled as (

    select
        described.stage,
        described.segmentation,
        described.feature,
        described.customers,
        described.customers - described.known as missing,
        coalesce(counted.distinct_values, 0) as distinct_values,
        described.median
            + coalesce(centered.mean_deviation, 0)
            * (described.maximum - described.minimum) as mean,
        coalesce(sqrt(centered.second_moment), 0)
            * (described.maximum - described.minimum) as standard_deviation,
        described.minimum,
        described.quantile_01,
        described.quantile_05,
        described.quantile_25,
        described.median,
        described.quantile_75,
        described.quantile_95,
        described.quantile_99,
        described.maximum,
        centered.third_moment / power(centered.second_moment, 1.5e0) as skewness,
        centered.fourth_moment / power(centered.second_moment, 2) - 3
            as excess_kurtosis,
        cast(centered.outliers as double) / nullif(described.known, 0) as outlier_share,
        cast(described.zeros as double) / nullif(described.known, 0) as zero_share,
        described.fractions

    from described
    inner join centered
        on described.stage = centered.stage
        and described.segmentation = centered.segmentation
        and described.feature = centered.feature
    left join counted
        on described.stage = counted.stage
        and described.segmentation = counted.segmentation
        and described.feature = counted.feature

)

select * from profiled
