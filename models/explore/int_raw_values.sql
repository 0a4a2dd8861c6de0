{{ config(materialized="view") }}

{% set features = configured_features() %}
{% set measures = configured_measures() | rejectattr("is_feature") | list %}

with

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

unpivoted as (

    {% for column in features + measures %}
    select
        customer_features.customer_id,
        'all' as segmentation,
        '{{ column.name }}' as feature,
        customer_features.{{ adapter.quote(column.name) }} as value

    from customer_features

    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from unpivoted
