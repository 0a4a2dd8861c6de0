with

int_sample_points as (

    select * from {{ ref("customer_segmentation", "int_sample_points") }}

),

int_segmentation_features as (

    select * from {{ ref("customer_segmentation", "int_segmentation_features") }}
    where scale_method != 'categories'

),

feature_preparation as (

    select * from {{ ref("customer_segmentation", "feature_preparation") }}

),

standardized as (

    select
        points.segmentation,
        features.feature,
        {{ list_element("points.point", "features.position + 1") }}
            / sqrt(features.weight) as z

    from int_sample_points as points
    inner join int_segmentation_features as features
        on points.segmentation = features.segmentation

),

placed as (

    -- The value 0 stays 0 under every transform, but rounding may change its last bits.
    select
        standardized.segmentation,
        standardized.feature,
        standardized.z,
        preparation.transform,
        preparation.weight,
        preparation.center / preparation.scale + standardized.z as above_zero,
        abs(preparation.center / preparation.scale + standardized.z) < 1e-9 as is_zero

    from standardized
    inner join feature_preparation as preparation
        on standardized.segmentation = preparation.segmentation
        and standardized.feature = preparation.feature
    where standardized.z is not null

),

described as (

    select
        segmentation,
        feature,
        transform,
        weight,
        count(*) as customers,
        count(distinct z) as different_values,
        min(above_zero) > -1e-9 as is_non_negative,
        skewness(z) as skewness,
        stddev_pop(z) as deviation,
        {{ quantile_list("z", [0.25, 0.5, 0.75]) }} as quartiles,
        avg(case when is_zero then 1e0 else 0e0 end) as zero_share,
        avg(case when not is_zero then above_zero end) as mean_above_zero,
        stddev_pop(case when not is_zero then above_zero end) as deviation_above_zero

    from placed
    group by segmentation, feature, transform, weight

),

fenced as (

    -- In a normal distribution, the quartiles lie 1.349 standard deviations apart, and
    -- far values do not move them. If the quartiles are equal, the standard deviation is
    -- used instead.
    select
        *,
        {{ list_element("quartiles", 2) }} as middle,
        coalesce(
            nullif(
                ({{ list_element("quartiles", 3) }} - {{ list_element("quartiles", 1) }})
                    / 1.349e0,
                0
            ),
            deviation
        ) as width

    from described

),

far as (

    select
        placed.segmentation,
        placed.feature,
        count(*) as customers

    from placed
    inner join fenced
        on placed.segmentation = fenced.segmentation
        and placed.feature = fenced.feature
    where abs(placed.z - fenced.middle) > 4 * fenced.width
    group by
        placed.segmentation,
        placed.feature

),

measured as (

    select
        fenced.segmentation,
        fenced.feature,
        fenced.transform,
        fenced.weight,
        fenced.customers,
        fenced.different_values,
        fenced.is_non_negative,
        fenced.skewness,
        fenced.zero_share,
        fenced.mean_above_zero / nullif(fenced.deviation_above_zero, 0) as zero_distance,
        coalesce(far.customers, 0) as far_customers

    from fenced
    left join far
        on fenced.segmentation = far.segmentation
        and fenced.feature = far.feature

)

select * from measured
