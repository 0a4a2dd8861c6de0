{% set measures = configured_measures() %}
{% set numbers = configured_numbers() %}

with

int_nearest_segments as (

    select * from {{ ref("customer_segmentation", "int_nearest_segments") }}

),

int_column_bounds as (

    select * from {{ ref("customer_segmentation", "int_column_bounds") }}

),

summarized as (

    -- One scan gives all figures about the values, for segments and for all customers.
    -- Moments are computed on values scaled to 0..1, as in feature_preparation.
    select
        nearest.segmentation,
        nearest.segment_index,
        nearest.group_id,
        {% for measure in measures %}
        {{ exact_sum("nearest.value__" ~ measure.name, measure.name ~ "__unit") }}
            as {{ measure.name }}__total,
        {% endfor %}
        {% for column in numbers %}
        {% set value = "nearest.value__" ~ column.name %}
        {% set unit_value =
            "((" ~ value ~ " - " ~ column.name ~ "__lowest) / " ~ column.name ~ "__range)"
        %}
        min({{ value }}) as {{ column.name }}__minimum,
        {{ sampled_quantile(value, 0.5) }} as {{ column.name }}__median,
        max({{ value }}) as {{ column.name }}__maximum,
        count({{ value }}) as {{ column.name }}__values,
        {{ whole_sum(fixed_point(unit_value)) }} as {{ column.name }}__unit_total,
        {{ whole_sum(fixed_point(squared(unit_value))) }}
            as {{ column.name }}__unit_square_total,
        {% endfor %}
        count(*) as customers

    from int_nearest_segments as nearest
    cross join int_column_bounds
    group by
        nearest.segmentation,
        nearest.segment_index,
        nearest.group_id

)

select * from summarized
