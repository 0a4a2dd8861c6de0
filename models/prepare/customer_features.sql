{{ config(materialized="view") }}

{% set features = configured_features() %}
{% set measures = configured_measures() | rejectattr("is_feature") | list %}
{% set attributes = configured_attributes() %}

with

int_customers_checked as (

    select * from {{ ref("customer_segmentation", "int_customers_checked") }}

)

select
    customer_id
    {%- for column in features + measures + attributes %},
    {{ adapter.quote(column.name) }}
    {%- endfor %}

from int_customers_checked
where rejection is null
