{{ config(materialized="view") }}

{% set customer_features = ref("customer_segmentation", "customer_features") %}
{% set int_preparations = ref("customer_segmentation", "int_preparations") %}

with

points as (

    {{ customer_points(customer_features, int_preparations, participants_only=true) }}

)

select * from points
