with

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

counted as (

    select count(*) as customers
    from customer_features

),

sampled as (

    select customer_features.*
    from customer_features
    inner join counted
        on {{ hashed_fraction("customer_features.customer_id") }}
            <= 100000e0 / counted.customers

)

select * from sampled
