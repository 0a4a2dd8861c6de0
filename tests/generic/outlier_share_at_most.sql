{% test outlier_share_at_most(model, column_name, maximum, distance=4) %}
{%- do customer_segmentation.ref() if false %}

{#- A number may arrive as text, because YAML reads 1e-6 as text. -#}
{% set allowed = maximum | float(-1) %}
{% if maximum is boolean or not 0 <= allowed <= 1 %}
    {{ exceptions.raise_compiler_error(
        "outlier_share_at_most: maximum must be a number from 0 to 1. Given: " ~ maximum
    ) }}
{% endif %}
{% if distance is not number or distance is boolean or distance <= 0 %}
    {{ exceptions.raise_compiler_error(
        "outlier_share_at_most: distance must be a number greater than 0. Given: "
        ~ distance
    ) }}
{% endif %}

{#- dbt has already quoted the name if the column's YAML says `quote: true`. -#}
{% set value = adapter.quote(column_name.strip('"`')) %}

with

numbers as (

    -- NaN and infinity would spoil the mean. They count as outliers below.
    select
        {{ value }} as number,
        case
            when abs({{ value }}) < cast('infinity' as double) then {{ value }}
        end as finite_number

    from {{ model }}
    where {{ value }} is not null

),

moments as (

    select
        avg(finite_number) as mean,
        stddev_pop(finite_number) as standard_deviation,
        min(finite_number) as lowest,
        max(finite_number) as highest

    from numbers

),

counted as (

    select
        count(*) as numbers_found,
        count(*) filter (
            where numbers.finite_number is null
            or (
                -- Rounding may make the mean of a constant differ from the constant.
                moments.lowest < moments.highest
                and abs(numbers.finite_number - moments.mean)
                    > {{ distance }} * moments.standard_deviation
            )
        ) as outliers

    from numbers
    cross join moments

),

measured as (

    select
        counted.numbers_found,
        counted.outliers,
        counted.outliers / nullif(counted.numbers_found, 0) as outlier_share,
        moments.mean,
        moments.standard_deviation

    from counted
    cross join moments

)

select * from measured
where outlier_share > {{ allowed }}

{% endtest %}
