-- An example of a user's model: a public table of the package with a column of the user.
with

customer_segments as (

    select *
    from {{ ref("customer_segmentation", "customer_segments") }}

),

regions as (

    select distinct
        "Shopper No" as customer_id,
        "Region" as region

    from {{ ref("customers") }}

)

select
    customer_segments.*,
    regions.region

from customer_segments
inner join regions
    on customer_segments.customer_id = regions.customer_id
