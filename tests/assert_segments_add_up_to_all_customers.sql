with

customer_features as (

    select count(*) as customers
    from {{ ref("customer_segmentation", "customer_features") }}

),

segments as (

    select
        segmentation,
        sum(customers) as customers

    from {{ ref("customer_segmentation", "segments") }}
    group by segmentation

)

select
    segments.segmentation,
    segments.customers,
    customer_features.customers as expected_customers

from segments
cross join customer_features
where segments.customers != customer_features.customers
