{% set measures = configured_measures() %}
{% set numbers = configured_features()
    + configured_measures() | rejectattr("is_feature") | list %}

with

int_customers_placed as (

    select * from {{ ref("customer_segmentation", "int_customers_placed") }}

),

customer_segments as (

    select * from {{ ref("customer_segmentation", "customer_segments") }}

),

int_column_moments as (

    select * from {{ ref("customer_segmentation", "int_column_moments") }}

),

summarized as (

    -- One scan for all that is said of the values. Moments are of values moved to 0..1,
    -- as in feature_preparation.
    select
        placed.segmentation,
        placed.segment_id,
        placed.segment_name,
        {% for measure in measures %}
        {{ exact_sum("placed.value__" ~ measure.name) }} as {{ measure.name }}__total,
        {% endfor %}
        {% for column in numbers %}
        {% set value = "placed.value__" ~ column.name %}
        {% set unit_value =
            "((" ~ value ~ " - " ~ column.name ~ "__lowest) / " ~ column.name ~ "__range)"
        %}
        min({{ value }}) as {{ column.name }}__minimum,
        {{ sampled_quantile(value, 0.5) }} as {{ column.name }}__median,
        max({{ value }}) as {{ column.name }}__maximum,
        {{ fixed_point_mean(unit_value) }} as {{ column.name }}__unit_mean,
        {{ fixed_point_mean(squared(unit_value)) }}
            as {{ column.name }}__unit_mean_square,
        {% endfor %}
        count(*) as customers

    from int_customers_placed as placed
    cross join int_column_moments
    group by
        placed.segmentation,
        placed.segment_id,
        placed.segment_name

),

located as (

    -- how far they are was written down; what they are worth would need a join
    select
        segmentation,
        segment_id,
        {{ exact_mean("distance") }} as mean_distance,
        {{ exact_mean("margin") }} as simplified_silhouette

    from customer_segments
    group by
        segmentation,
        segment_id

)

select
    summarized.*,
    located.mean_distance,
    located.simplified_silhouette

from summarized
inner join located
    on summarized.segmentation = located.segmentation
    and summarized.segment_id = located.segment_id
