{{ config(materialized="view") }}

{% set int_customers_sampled = ref("customer_segmentation", "int_customers_sampled") %}
{% set int_preparations = ref("customer_segmentation", "int_preparations") %}

with

points as (

    {{ customer_points(int_customers_sampled, int_preparations, participants_only=true) }}

)

select * from points
