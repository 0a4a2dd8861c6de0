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

)

select * from bounded
