with

counted as (

    select count(*) as customers
    from {{ ref("customer_segmentation", "customer_features") }}

),

sampled as (

    select customer_features.*
    from {{ ref("customer_segmentation", "customer_features") }} as customer_features
    inner join counted
        on {{ hashed_fraction("customer_features.customer_id") }}
            <= 100000e0 / counted.customers

)

select * from sampled
