with

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

int_preparations as (

    select * from {{ ref("customer_segmentation", "int_preparations") }}

),

int_training_samples as (

    select * from {{ ref("customer_segmentation", "int_training_samples") }}

),

largest_sample as (

    -- If no fit is due, there is no row, so that no customer is read.
    select max(fit_share) as fit_share
    from int_training_samples
    having count(*) > 0

),

sampled_customers as (

    -- Customers are sampled before their points are computed.
    select customer_features.*
    from customer_features
    inner join largest_sample
        on {{ hashed_fraction("customer_features.customer_id") }}
            <= largest_sample.fit_share

),

points as (

    {{ customer_points("sampled_customers", "int_preparations", participants_only=true) }}

),

distinct_vectors as (

    select
        points.segmentation,
        points.point,
        count(*) as customers,
        count(case
            when {{ hashed_fraction("points.customer_id") }} <= samples.choice_share
                then 1
        end) as choice_customers

    from points
    inner join int_training_samples as samples
        on points.segmentation = samples.segmentation
        and {{ hashed_fraction("points.customer_id") }} <= samples.fit_share
    group by
        points.segmentation,
        points.point

)

select * from distinct_vectors
