{% set numbers = configured_numbers() %}

with

int_column_bounds as (

    select * from {{ ref("customer_segmentation", "int_column_bounds") }}

),

quantiles as (

    select
        {% for column in numbers %}
        {{ quantile_list(
            sampled_value("customer_features." ~ adapter.quote(column.name)),
            [0.1587, 0.45, 0.5, 0.55, 0.8413],
        ) }} as {{ column.name }}__quantiles,
        {% endfor %}
        count(*) as customers

    from {{ ref("customer_segmentation", "customer_features") }} as customer_features
    cross join int_column_bounds

)

select * from quantiles
