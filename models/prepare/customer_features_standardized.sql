{{ config(materialized="view") }}

{% set customer_features = ref("customer_segmentation", "customer_features") %}
{% set feature_preparation = ref("customer_segmentation", "feature_preparation") %}

with

standardized as (

    {{ standardize_customers(customer_features, feature_preparation) }}

)

select * from standardized
