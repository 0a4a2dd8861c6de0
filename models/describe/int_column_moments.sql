{% set numbers = configured_features()
    + configured_measures() | rejectattr("is_feature") | list %}

with

bounded as (

    select
        {% for column in numbers %}
        {% set value = adapter.quote(column.name) %}
        min({{ value }}) as {{ column.name }}__lowest,
        nullif(max({{ value }}) - min({{ value }}), 0) as {{ column.name }}__range,
        {% endfor %}
        count(*) as all_customers

    from {{ ref("customer_segmentation", "customer_features") }}

),

measured as (

    select
        {% for column in numbers %}
        {% set unit_value = "((customer_features." ~ adapter.quote(column.name) ~ " - "
            ~ column.name ~ "__lowest) / " ~ column.name ~ "__range)" %}
        {{ fixed_point_mean(unit_value) }} as {{ column.name }}__unit_mean,
        {{ fixed_point_mean(squared(unit_value)) }} as {{ column.name }}__unit_mean_square
        {{- "," if not loop.last }}
        {% endfor %}

    from {{ ref("customer_segmentation", "customer_features") }} as customer_features
    cross join bounded

)

select *
from bounded
cross join measured
