{% set features = configured_features() %}
{% set measures = configured_measures() | rejectattr("is_feature") | list %}
{% set columns = features + measures %}

with

customer_segments as (

    select * from {{ ref("customer_segmentation", "customer_segments") }}

),

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

int_profiled_columns as (

    select * from {{ ref("customer_segmentation", "int_profiled_columns") }}

),

ranges as (

    select
        {%- for column in columns %}
        min({{ adapter.quote(column.name) }}) as {{ column.name }}__lowest,
        nullif(
            max({{ adapter.quote(column.name) }}) - min({{ adapter.quote(column.name) }}), 0
        ) as {{ column.name }}__range
        {{- "," if not loop.last }}
        {%- endfor %}

    from customer_features

),

measured as (

    -- One pass for all columns, of the segments and of all customers (the rows
    -- without segment_id). Moments are of values moved to 0..1, as in
    -- feature_preparation.
    select
        customer_segments.segmentation,
        customer_segments.segment_id,
        customer_segments.segment_name
        {%- for column in columns %}
        {%- set value = "customer_features." ~ adapter.quote(column.name) %}
        {%- set unit_value =
            "((" ~ value ~ " - " ~ column.name ~ "__lowest) / " ~ column.name ~ "__range)"
        %},
        min({{ value }}) as {{ column.name }}__minimum,
        median({{ value }}) as {{ column.name }}__median,
        max({{ value }}) as {{ column.name }}__maximum,
        {{ fixed_point_mean(unit_value) }} as {{ column.name }}__unit_mean,
        {{ fixed_point_mean("power(" ~ unit_value ~ ", 2)") }}
            as {{ column.name }}__unit_mean_square
        {%- endfor %}

    from customer_segments
    inner join customer_features
        on customer_segments.customer_id = customer_features.customer_id
    cross join ranges
    group by grouping sets (
        (
            customer_segments.segmentation,
            customer_segments.segment_id,
            customer_segments.segment_name
        ),
        (customer_segments.segmentation)
    )

),

unpivoted as (

    {% for column in columns %}
    select
        measured.segmentation,
        measured.segment_id,
        measured.segment_name,
        '{{ column.name }}' as feature,
        measured.{{ column.name }}__minimum as minimum,
        measured.{{ column.name }}__median as median,
        measured.{{ column.name }}__maximum as maximum,
        ranges.{{ column.name }}__lowest as lowest,
        ranges.{{ column.name }}__range as value_range,
        measured.{{ column.name }}__unit_mean as unit_mean,
        measured.{{ column.name }}__unit_mean_square as unit_mean_square

    from measured
    cross join ranges

    {{ "union all" if not loop.last }}
    {% endfor %}

),

described as (

    select
        segmentation,
        segment_id,
        segment_name,
        feature,
        minimum,
        median,
        maximum,
        case
            when minimum < maximum then lowest + unit_mean * value_range
            else minimum
        end as mean,
        case
            when minimum = maximum then 0
            -- below, a far outlier has left too few digits to tell
            when unit_mean_square - power(unit_mean, 2) > 1e-13
                then value_range * sqrt(unit_mean_square - power(unit_mean, 2))
        end as standard_deviation

    from unpivoted

)

select
    segment.segmentation,
    segment.segment_id,
    segment.feature,
    segment.segment_name,
    int_profiled_columns.label,
    int_profiled_columns.basis,
    int_profiled_columns.unit,
    segment.mean,
    segment.median,
    segment.standard_deviation,
    segment.minimum,
    segment.maximum,
    (segment.mean - population.mean) / nullif(population.standard_deviation, 0)
        as z_mean,
    population.mean as population_mean,
    100 * segment.mean / nullif(population.mean, 0) as index_vs_population

from described as segment
inner join described as population
    on segment.segmentation = population.segmentation
    and segment.feature = population.feature
    and population.segment_id is null
inner join int_profiled_columns
    on segment.feature = int_profiled_columns.feature
where segment.segment_id is not null
