with

int_customer_points as (

    select * from {{ ref("customer_segmentation", "int_customer_points") }}
    where point is not null

),

champion_features as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_features") }}
    where is_champion

),

coordinates as (

    -- Coordinates are multiplied by the square root of the weight, so bounds are
    -- multiplied, too. Dividing the coordinates instead could, by rounding, move a value
    -- that equals a bound into the next bin.
    select
        features.fit_id,
        features.segmentation,
        features.feature,
        {{ list_element("points.point", "features.position + 1") }} as coordinate,
        sqrt(features.weight) as stretch,
        features.bin_bounds

    from int_customer_points as points
    inner join champion_features as features
        on points.segmentation = features.segmentation

),

counted as (

    select
        fit_id,
        feature,
        {{ bin_of("coordinate", "bin_bounds", "stretch") }} as bin,
        count(*) as customers

    from coordinates
    group by
        fit_id,
        feature,
        {{ bin_of("coordinate", "bin_bounds", "stretch") }}

),

bins as (

    {{ rows_of(for_each(range(1, 11), {"bin": "{thing}"})) }}

),

bounded as (

    -- A feature with few values has fewer than ten bins. The last bin has no upper bound.
    select
        features.fit_id,
        features.segmentation,
        features.feature,
        bins.bin,
        {{ list_element("features.bin_bounds", "bins.bin - 1") }} as lower_bound,
        {{ list_element("features.bin_bounds", "bins.bin") }} as upper_bound,
        {{ list_element("features.bin_shares", "bins.bin") }} as fit_share

    from champion_features as features
    cross join bins

),

shared as (

    select
        bounded.fit_id,
        bounded.segmentation,
        bounded.feature,
        bounded.bin,
        bounded.lower_bound,
        bounded.upper_bound,
        coalesce(counted.customers, 0) as customers,
        cast(coalesce(counted.customers, 0) as double)
            / sum(counted.customers) over (
                partition by bounded.segmentation, bounded.feature
            ) as share,
        bounded.fit_share

    from bounded
    left join counted
        on bounded.fit_id = counted.fit_id
        and bounded.feature = counted.feature
        and bounded.bin = counted.bin
    where bounded.fit_share is not null

)

select * from shared
