with

raw_values as (

    select * from {{ ref("customer_segmentation", "int_explored_values") }}
    where stage = 'raw'

),

int_histogram_scales as (

    select * from {{ ref("customer_segmentation", "int_histogram_scales") }}

),

int_profiled_columns as (

    select * from {{ ref("customer_segmentation", "int_profiled_columns") }}

),

numbers as (

    {{ dbt.generate_series(50) }}

),

bins as (

    select
        scales.*,
        cast(numbers.generated_number - 1 as bigint) as bin,
        scales.first_index + numbers.generated_number - 1 as bin_index,
        scales.has_lower_tail and numbers.generated_number = 1 as is_lower_tail,
        scales.has_upper_tail
        and scales.first_index + numbers.generated_number - 1 = scales.last_index
            as is_upper_tail

    from int_histogram_scales as scales
    inner join numbers
        on scales.first_index + numbers.generated_number - 1 <= scales.last_index

),

bounded as (

    select
        *,
        case
            when is_lower_tail then minimum
            else bin_index * step / divisor
        end as lower_bound,
        case
            when is_upper_tail then maximum
            else (bin_index + 1) * step / divisor
        end as upper_bound

    from bins

),

named as (

    select
        *,
        case
            when is_lower_tail then 'below ' || {{ bound_text("upper_bound") }}
            when is_upper_tail then {{ bound_text("lower_bound") }} || ' or more'
            when is_whole and step = 1 then {{ bound_text("lower_bound") }}
            when is_whole
                then {{ bound_text("lower_bound") }} || ' to '
                    || {{ bound_text("upper_bound - 1") }}
            else {{ bound_text("lower_bound") }} || ' to '
                || {{ bound_text("upper_bound") }}
        end as bin_label

    from bounded

),

placed as (

    select
        raw_values.feature,
        cast(
            least(
                greatest({{ bin_index("raw_values.value") }}, scales.first_index),
                scales.last_index
            ) - scales.first_index as bigint
        ) as bin

    from raw_values
    inner join int_histogram_scales as scales
        on raw_values.feature = scales.feature
    where raw_values.value is not null

),

counted as (

    select
        feature,
        bin,
        count(*) as customers

    from placed
    group by
        feature,
        bin

),

shared as (

    select
        named.*,
        coalesce(counted.customers, 0) as customers,
        cast(coalesce(counted.customers, 0) as double)
            / sum(counted.customers) over (partition by named.feature) as share

    from named
    left join counted
        on named.feature = counted.feature
        and named.bin = counted.bin

)

select
    shared.feature,
    shared.bin,
    int_profiled_columns.label,
    int_profiled_columns.unit,
    shared.bin_label,
    shared.lower_bound,
    shared.upper_bound,
    shared.is_lower_tail or shared.is_upper_tail as is_tail,
    shared.customers,
    shared.share,
    shared.share / (shared.upper_bound - shared.lower_bound) as density

from shared
inner join int_profiled_columns
    on shared.feature = int_profiled_columns.feature
