{{ config(materialized="view") }}

{% set int_customers_sampled = ref("customer_segmentation", "int_customers_sampled") %}
{% set feature_preparation = ref("customer_segmentation", "feature_preparation") %}

with

standardized as (

    {{ standardize_customers(int_customers_sampled, feature_preparation) }}

)

select * from standardized
