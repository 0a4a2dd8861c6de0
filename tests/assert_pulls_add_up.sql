-- For each customer, the contributions of all features add up to the squared distance
-- to the next centroid minus that to the nearest. customer_pulls publishes the largest
-- positive contributions. The test samples about ten thousand customers, because the
-- views compute pulls when they are read.
with

int_nearest_segments as (

    select * from {{ ref("customer_segmentation", "int_nearest_segments") }}

),

int_customer_pulls as (

    select * from {{ ref("customer_segmentation", "int_customer_pulls") }}

),

customer_pulls as (

    select * from {{ ref("customer_segmentation", "customer_pulls") }}

),

counted as (

    select count(*) as customers
    from {{ ref("customer_segmentation", "customer_features") }}

),

tested_customers as (

    select customer_id
    from {{ ref("customer_segmentation", "customer_features") }}
    cross join counted
    where {{ hashed_share("customer_id", "sample") }} < 10000e0 / counted.customers

),

measured as (

    select
        int_nearest_segments.customer_id,
        int_nearest_segments.segmentation,
        power(int_nearest_segments.next_distance, 2) as next_square,
        power(int_nearest_segments.next_distance, 2)
            - power(int_nearest_segments.distance, 2) as difference

    from int_nearest_segments
    inner join tested_customers
        on int_nearest_segments.customer_id = tested_customers.customer_id
    where int_nearest_segments.fit_id is not null

),

added as (

    select
        int_customer_pulls.customer_id,
        int_customer_pulls.segmentation,
        sum(int_customer_pulls.contribution) as contributions,
        count(*) filter (where int_customer_pulls.contribution > 0) as pulling

    from int_customer_pulls
    inner join tested_customers
        on int_customer_pulls.customer_id = tested_customers.customer_id
    group by
        int_customer_pulls.customer_id,
        int_customer_pulls.segmentation

),

published as (

    select
        customer_pulls.customer_id,
        customer_pulls.segmentation,
        count(*) as features,
        count(distinct customer_pulls.rank) as ranks,
        max(customer_pulls.rank) as largest_rank,
        min(customer_pulls.share) as smallest_share,
        sum(customer_pulls.share) as shares

    from customer_pulls
    inner join tested_customers
        on customer_pulls.customer_id = tested_customers.customer_id
    group by
        customer_pulls.customer_id,
        customer_pulls.segmentation

)

select
    measured.*,
    added.contributions,
    added.pulling,
    published.features,
    published.ranks,
    published.largest_rank,
    published.smallest_share,
    published.shares

from measured
left join added
    on measured.customer_id = added.customer_id
    and measured.segmentation = added.segmentation
left join published
    on measured.customer_id = published.customer_id
    and measured.segmentation = published.segmentation
where
    added.contributions is null
    or abs(added.contributions - measured.difference) > 1e-9 * (1 + measured.next_square)
    or coalesce(published.features, 0) != least(added.pulling, 3)
    or published.ranks != published.features
    or published.largest_rank != published.features
    or published.smallest_share <= 0
    or published.shares > 1 + 1e-9
