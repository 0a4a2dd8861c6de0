{% set maximum_bins = 50 %}
{% set few_values = 20 %}

with

raw_profiles as (

    select * from {{ ref("customer_segmentation", "int_profiles") }}
    where stage = 'raw'

),

spanned as (

    -- Far tails would make the bins too wide. The bins therefore end at Tukey's outer
    -- fences, or at the 1 % and 99 % quantiles if the quartiles coincide.
    select
        feature,
        customers - missing as customers,
        fractions = 0 as is_whole,
        minimum,
        maximum,
        case
            when {{ is_clearly_less("quantile_25", "quantile_75") }}
                then quantile_75 - quantile_25
        end as quartile_range,
        case
            when {{ is_clearly_less("quantile_25", "quantile_75") }}
                then greatest(minimum, quantile_25 - 3 * (quantile_75 - quantile_25))
            when {{ is_clearly_less("quantile_01", "quantile_99") }} then quantile_01
            else minimum
        end as low,
        case
            when {{ is_clearly_less("quantile_25", "quantile_75") }}
                then least(maximum, quantile_75 + 3 * (quantile_75 - quantile_25))
            when {{ is_clearly_less("quantile_01", "quantile_99") }} then quantile_99
            else maximum
        end as high

    from raw_profiles
    where missing < customers

),

recommended as (

    -- The rule of Freedman and Diaconis (1981), or of Sturges (1926) if the quartiles
    -- coincide.
    select
        *,
        case
            when is_whole and high - low < {{ few_values }} then 1
            when quartile_range > 0 then 2 * quartile_range / power(customers, 1e0 / 3)
            when low < high then (high - low) / (ceil(log2(customers)) + 1)
            else 1
        end as recommended_width

    from spanned

),

limited as (

    -- The width keeps the number of bins within maximum_bins, including a bin at each
    -- end and one that rounding may add. It is large enough for the edges to differ as
    -- DOUBLE, and for the divisor to be finite.
    select
        *,
        greatest(
            recommended_width,
            (high - low) / ({{ maximum_bins }} - 3),
            1e-14 * greatest(abs(low), abs(high)),
            1e-300,
            case when is_whole then 1 else 0 end
        ) as width

    from recommended

),

leveled as (

    select
        *,
        floor(log10(width)) as exponent,
        width / power(10e0, floor(log10(width))) as mantissa

    from limited

),

rounded as (

    -- Edges are k * step / divisor: the DOUBLE that is nearest to a round number.
    select
        *,
        case
            when mantissa < 1.000000001e0 then 1e0
            when mantissa < 2.000000001e0 then 2e0
            when mantissa < 5.000000001e0 then 5e0
            else 10e0
        end * power(10e0, greatest(exponent, 0)) as step,
        power(10e0, greatest(-exponent, 0)) as divisor

    from leveled

),

indexed as (

    select
        *,
        {{ bin_index("low") }} as low_index,
        {{ bin_index("high") }} as high_index,
        {{ bin_index("minimum") }} as minimum_index,
        {{ bin_index("maximum") }} as maximum_index

    from rounded

)

select
    feature,
    is_whole,
    minimum,
    maximum,
    step,
    divisor,
    greatest(minimum_index, low_index - 1) as first_index,
    least(maximum_index, high_index + 1) as last_index,
    minimum_index < low_index - 1 as has_lower_tail,
    maximum_index > high_index + 1 as has_upper_tail

from indexed
