{% set features = configured_features() %}
{% set measures = configured_measures() | rejectattr("is_feature") | list %}
{% set columns = features + measures %}

with

int_segment_summaries as (

    select * from {{ ref("customer_segmentation", "int_segment_summaries") }}

),

int_column_bounds as (

    select * from {{ ref("customer_segmentation", "int_column_bounds") }}

),

int_profiled_columns as (

    select * from {{ ref("customer_segmentation", "int_profiled_columns") }}

),

unpivoted as (

    {% for column in columns %}
    select
        summaries.segmentation,
        summaries.segment_id,
        summaries.segment_name,
        '{{ column.name }}' as feature,
        summaries.{{ column.name }}__minimum as minimum,
        summaries.{{ column.name }}__median as median,
        summaries.{{ column.name }}__maximum as maximum,
        bounds.{{ column.name }}__lowest as lowest,
        bounds.{{ column.name }}__range as value_range,
        summaries.{{ column.name }}__values as segment_values,
        summaries.{{ column.name }}__unit_total as unit_total,
        summaries.{{ column.name }}__unit_square_total as unit_square_total

    from int_segment_summaries as summaries
    cross join int_column_bounds as bounds

    {{ "union all" if not loop.last }}
    {% endfor %}

),

averaged as (

    select
        *,
        cast(unit_total as double) / segment_values / {{ fixed_point(1) }}
            as unit_mean,
        cast(unit_square_total as double) / segment_values / {{ fixed_point(1) }}
            as unit_mean_square,
        cast(sum(unit_total) over all_segments as double)
            / sum(segment_values) over all_segments / {{ fixed_point(1) }}
            as population_unit_mean,
        cast(sum(unit_square_total) over all_segments as double)
            / sum(segment_values) over all_segments / {{ fixed_point(1) }}
            as population_unit_mean_square

    from unpivoted
    window all_segments as (partition by segmentation, feature)

),

described as (

    -- below a variance of 1e-13, a far outlier has left too few digits to tell
    select
        *,
        case
            when minimum < maximum then lowest + unit_mean * value_range
            else minimum
        end as mean,
        case
            when minimum = maximum then 0
            when unit_mean_square - {{ squared("unit_mean") }} > 1e-13
                then value_range
                    * sqrt(unit_mean_square - {{ squared("unit_mean") }})
        end as standard_deviation,
        coalesce(lowest + population_unit_mean * value_range, lowest) as population_mean,
        case
            when population_unit_mean_square - {{ squared("population_unit_mean") }} > 1e-13
                then value_range * sqrt(
                    population_unit_mean_square - {{ squared("population_unit_mean") }}
                )
        end as population_deviation

    from averaged

)

select
    described.segmentation,
    described.segment_id,
    described.feature,
    described.segment_name,
    int_profiled_columns.label,
    int_profiled_columns.basis,
    int_profiled_columns.unit,
    described.mean,
    described.median,
    described.standard_deviation,
    described.minimum,
    described.maximum,
    (described.mean - described.population_mean) / described.population_deviation
        as z_mean,
    described.population_mean,
    100 * described.mean / nullif(described.population_mean, 0) as index_vs_population

from described
inner join int_profiled_columns
    on described.feature = int_profiled_columns.feature
