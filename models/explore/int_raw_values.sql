{{ config(materialized="view") }}

{% set features = configured_features() %}
{% set measures = configured_measures() | rejectattr("is_feature") | list %}

with

unpivoted as (

    -- No CTE for the customers: an engine that keeps a CTE which is read often would
    -- keep all their columns at once.
    {% for column in features + measures %}
    select
        customer_features.customer_id,
        'all' as segmentation,
        '{{ column.name }}' as feature,
        customer_features.{{ adapter.quote(column.name) }} as value

    from {{ ref("customer_segmentation", "customer_features") }} as customer_features

    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from unpivoted
