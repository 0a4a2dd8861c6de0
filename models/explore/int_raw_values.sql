{{ config(materialized="view") }}

{% set values = [] %}
{% for column in configured_features()
    + configured_measures() | rejectattr("is_feature") | list %}
    {% do values.append({
        "feature": quoted_text(column.name), "value": adapter.quote(column.name),
    }) %}
{% endfor %}

with

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

unpivoted as (

    select
        customer_id,
        {{ unnested(values) }} as line

    from customer_features

)

select
    customer_id,
    'all' as segmentation,
    line.*

from unpivoted
