{% set features = configured_features() %}
{% set measures = configured_measures() | rejectattr("is_feature") | list %}
{% set columns = features + measures %}

with

customer_segments as (

    select * from {{ ref("customer_segments") }}

),

customer_features as (

    select * from {{ ref("customer_features") }}

),

int_profiled_columns as (

    select * from {{ ref("int_profiled_columns") }}

),

segment_statistics as (

    select
        customer_segments.segmentation,
        customer_segments.segment_id,
        min(customer_segments.segment_name) as segment_name
        {%- for column in columns %},
        {{ profile_statistics(column.name) }}
        {%- endfor %}

    from customer_segments
    inner join customer_features
        on customer_segments.customer_id = customer_features.customer_id
    group by
        customer_segments.segmentation,
        customer_segments.segment_id

),

population_statistics as (

    select
        {%- for column in columns %}
        avg({{ adapter.quote(column.name) }}) as {{ column.name }}__mean,
        stddev_pop({{ adapter.quote(column.name) }})
            as {{ column.name }}__standard_deviation
        {{- "," if not loop.last }}
        {%- endfor %}

    from customer_features

),

unpivoted as (

    {% for column in columns %}
    select
        segment_statistics.segmentation,
        segment_statistics.segment_id,
        segment_statistics.segment_name,
        '{{ column.name }}' as feature,
        segment_statistics.{{ column.name }}__mean as mean,
        segment_statistics.{{ column.name }}__median as median,
        segment_statistics.{{ column.name }}__standard_deviation as standard_deviation,
        segment_statistics.{{ column.name }}__minimum as minimum,
        segment_statistics.{{ column.name }}__maximum as maximum,
        population_statistics.{{ column.name }}__mean as population_mean,
        population_statistics.{{ column.name }}__standard_deviation
            as population_standard_deviation

    from segment_statistics
    cross join population_statistics

    {{ "union all" if not loop.last }}
    {% endfor %}

)

select
    unpivoted.segmentation,
    unpivoted.segment_id,
    unpivoted.feature,
    unpivoted.segment_name,
    int_profiled_columns.label,
    int_profiled_columns.basis,
    int_profiled_columns.unit,
    unpivoted.mean,
    unpivoted.median,
    unpivoted.standard_deviation,
    unpivoted.minimum,
    unpivoted.maximum,
    (unpivoted.mean - unpivoted.population_mean)
        / nullif(unpivoted.population_standard_deviation, 0) as z_mean,
    unpivoted.population_mean,
    100 * unpivoted.mean / nullif(unpivoted.population_mean, 0) as index_vs_population

from unpivoted
inner join int_profiled_columns
    on unpivoted.feature = int_profiled_columns.feature
