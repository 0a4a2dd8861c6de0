-- The test looks at up to about a million customers, drawn by the hash of the id.
-- Copies of an id have the same hash, so they are drawn together.
with

counted as (

    select count(*) as customers
    from {{ ref("customer_segmentation", "customer_features") }}

),

drawn as (

    select customer_features.customer_id
    from {{ ref("customer_segmentation", "customer_features") }} as customer_features
    inner join counted
        on {{ hashed_fraction("customer_features.customer_id") }}
            <= 1000000e0 / counted.customers

)

select
    customer_id,
    count(*) as times

from drawn
group by customer_id
having {{ is_failure(
    "count(*) > 1",
    "'A customer stands ' || count(*) || ' times in customer_features. This is a fault'"
    ~ " || ' of the project: report it.'"
) }}
