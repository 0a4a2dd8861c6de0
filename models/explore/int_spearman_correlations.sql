{% set ranked_customers = 20000 %}

with

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

raw_values as (

    select * from {{ ref("customer_segmentation", "int_explored_values") }}
    where stage = 'raw'

),

sampled as (

    select customer_id
    from customer_features
    order by
        {{ dbt.hash("customer_id") }},
        customer_id
    limit {{ ranked_customers }}

),

known as (

    select
        raw_values.customer_id,
        raw_values.feature,
        raw_values.value

    from raw_values
    inner join sampled
        on raw_values.customer_id = sampled.customer_id
    where raw_values.value is not null

),

paired as (

    select
        known.feature,
        other.feature as other_feature,
        known.value,
        other.value as other_value

    from known
    inner join known as other
        on known.customer_id = other.customer_id
        and known.feature < other.feature

),

ranked as (

    -- A doubled rank is 2 * (average rank) - (customers + 1): a whole number, with mean
    -- 0. The average rank of equal values is rank() + (their number - 1) / 2.
    select
        feature,
        other_feature,
        2 * rank() over by_value
        + count(*) over (by_value range between current row and current row)
        - count(*) over (partition by feature, other_feature) - 2 as doubled_rank,
        2 * rank() over by_other_value
        + count(*) over (by_other_value range between current row and current row)
        - count(*) over (partition by feature, other_feature) - 2 as other_doubled_rank

    from paired
    window
        by_value as (partition by feature, other_feature order by value),
        by_other_value as (partition by feature, other_feature order by other_value)

),

correlated as (

    select
        feature,
        other_feature,
        count(*) as ranked_customers,
        {{ correlation(
            whole_sum("doubled_rank * other_doubled_rank"),
            whole_sum("doubled_rank * doubled_rank"),
            whole_sum("other_doubled_rank * other_doubled_rank"),
        ) }} as spearman

    from ranked
    group by
        feature,
        other_feature

)

select * from correlated
