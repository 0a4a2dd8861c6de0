{% set columns = configured_numbers() %}

with

int_segment_values as (

    select * from {{ ref("customer_segmentation", "int_segment_values") }}

),

segmentation_fit_centroids as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_centroids") }}
    where is_champion

),

int_column_bounds as (

    select * from {{ ref("customer_segmentation", "int_column_bounds") }}

),

int_column_quantiles as (

    select * from {{ ref("customer_segmentation", "int_column_quantiles") }}

),

int_profiled_columns as (

    select * from {{ ref("customer_segmentation", "int_profiled_columns") }}

),

champion_segments as (

    select distinct
        segmentation,
        segment_index,
        segment_id

    from segmentation_fit_centroids

),

placed as (

    select
        places.*,
        coalesce(own.segment_id, places.group_id, 'unassigned') as segment_id

    from int_segment_values as places
    left join champion_segments as own
        on places.segmentation = own.segmentation
        and places.segment_index = own.segment_index

),

unpivoted as (

    {% for column in columns %}
    select
        placed.segmentation,
        placed.segment_id,
        '{{ column.name }}' as feature,
        placed.{{ column.name }}__minimum as minimum,
        placed.{{ column.name }}__median as median,
        placed.{{ column.name }}__maximum as maximum,
        bounds.{{ column.name }}__lowest as lowest,
        bounds.{{ column.name }}__range as value_range,
        quantiles.{{ column.name }}__quantiles as quantiles,
        placed.{{ column.name }}__values as segment_values,
        placed.{{ column.name }}__unit_total as unit_total,
        placed.{{ column.name }}__unit_square_total as unit_square_total

    from placed
    cross join int_column_bounds as bounds
    cross join int_column_quantiles as quantiles

    {{ "union all" if not loop.last }}
    {% endfor %}

),

summed as (

    select
        *,
        sum(segment_values) over all_segments as population_values,
        sum(unit_total) over all_segments as population_unit_total,
        sum(unit_square_total) over all_segments as population_unit_square_total

    from unpivoted
    window all_segments as (partition by segmentation, feature)

),

averaged as (

    select
        *,
        cast(unit_total as double) / segment_values / {{ fixed_point(1) }}
            as unit_mean,
        cast(unit_square_total as double) / segment_values / {{ fixed_point(1) }}
            as unit_mean_square,
        cast(population_unit_total as double) / population_values / {{ fixed_point(1) }}
            as population_unit_mean,
        cast(population_unit_square_total as double) / population_values
            / {{ fixed_point(1) }} as population_unit_mean_square,
        {{ list_element("quantiles", 1) }} as low_quantile,
        {{ list_element("quantiles", 2) }} as just_below,
        {{ list_element("quantiles", 3) }} as population_median,
        {{ list_element("quantiles", 4) }} as just_above,
        {{ list_element("quantiles", 5) }} as high_quantile

    from summed

),

measured as (

    -- A variance below 1e-13 of the squared range has too few correct digits, so the
    -- deviation is NULL.
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
            when population_unit_mean_square
                - {{ squared("population_unit_mean") }} > 1e-13
                then value_range * sqrt(
                    population_unit_mean_square - {{ squared("population_unit_mean") }}
                )
        end as population_deviation

    from averaged

),

chosen as (

    -- The typical value is a share, a median or a mean. Only values of 0 and 1 have the
    -- same sum as their squares; they get a share. The mean of skewed values depends on
    -- few customers, so they get a median, unless many customers share the median: it
    -- would be the same for different segments.
    select
        measured.*,
        columns.block,
        columns.label,
        columns.sentence_label,
        columns.basis,
        columns.unit,
        case
            when measured.lowest = 0
                and measured.value_range = 1
                and measured.population_unit_total = measured.population_unit_square_total
                then 'share'
            when measured.just_below < measured.population_median
                and measured.population_median < measured.just_above
                and (
                    columns.transform != 'none'
                    or abs(measured.population_mean - measured.population_median)
                        > 0.2 * measured.population_deviation
                )
                then 'median'
            else 'mean'
        end as typical_is

    from measured
    inner join int_profiled_columns as columns
        on measured.feature = columns.feature

),

compared as (

    select
        *,
        case when typical_is = 'median' then median else mean end as typical_value,
        case when typical_is = 'median' then population_median else population_mean end
            as typical_of_all,
        case
            when typical_is != 'median' then population_deviation
            when median > population_median then high_quantile - population_median
            else population_median - low_quantile
        end as spread,
        sqrt(greatest(1e0 / nullif(segment_values, 0) - 1e0 / population_values, 0))
            as error_share

    from chosen

),

deviating as (

    -- For normal values, the standard error of a median is sqrt(pi / 2) times that of the
    -- mean. A difference of the means on the same side counts as well, because it may be
    -- clear even if that of the medians is not.
    select
        *,
        {{ deviation("typical_value", "typical_of_all", "spread", "lowest") }}
            as deviation,
        greatest(
            case when typical_is = 'median'
                then abs(median - population_median)
                    / nullif(1.2533 * error_share * (high_quantile - low_quantile) / 2, 0)
            end,
            sign(typical_value - typical_of_all) * (mean - population_mean)
                / nullif(error_share * population_deviation, 0)
        ) as standard_errors

    from compared

),

judged as (

    select
        *,
        {{ judgement("deviation", "standard_errors") }} as judgement,
        {{ typical_text("typical_value", "typical_is", "unit") }} as typical_text,
        {{ typical_text("typical_of_all", "typical_is", "unit") }} as typical_text_of_all

    from deviating

),

sided as (

    select
        *,
        {{ judged_side("judgement") }} as side

    from judged

)

select
    segmentation,
    segment_id,
    feature,
    block,
    label,
    basis,
    unit,
    mean,
    median,
    standard_deviation,
    minimum,
    maximum,
    (mean - population_mean) / population_deviation as z_mean,
    population_mean,
    typical_is,
    typical_value,
    typical_of_all,
    typical_text,
    typical_text_of_all,
    deviation,
    judgement,
    side,
    abs(deviation) / count(case when segment_id != 'unassigned' then 1 end) over (
        partition by segmentation, feature, side
    ) as telling,
    sentence_label || ' ' || typical_text || case
        when typical_is = 'share' or unit like '% ago'
            then ' (all ' || typical_text_of_all || ')'
        when side = 'average' then ''
        else ' (' || judgement || ')'
    end as phrase

from sided
