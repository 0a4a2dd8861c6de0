{{ config(materialized="view") }}

{% set customer_features = ref("customer_segmentation", "customer_features") %}
{% set fit_features = ref("customer_segmentation", "segmentation_fit_features") %}
{% set fit_centroids = ref("customer_segmentation", "segmentation_fit_centroids") %}

with

scored as (

    {{ score_customers(
        customer_features,
        "(select * from " ~ fit_features ~ " where is_champion)",
        "(select * from " ~ fit_centroids ~ " where is_champion)",
    ) }}

)

select * from scored
