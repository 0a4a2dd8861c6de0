{{ config(materialized="view") }}

{% set values = [] %}
{% for column in configured_features()
    + configured_measures() | rejectattr("is_feature") | list %}
    {% do values.append({
        "customer_id": "customer_id",
        "segmentation": "'all'",
        "feature": quoted_text(column.name),
        "value": adapter.quote(column.name),
    }) %}
{% endfor %}

with

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

unpivoted as (

    select {{ unnested(values) }} as line
    from customer_features

)

select line.* from unpivoted
