{% set values = [] %}
{% for feature in configured_features() if not feature.category %}
    {% do values.append({
        "feature": "'" ~ feature.name ~ "'",
        "z": adapter.quote(feature.name),
    }) %}
{% endfor %}

with

feature_preparation as (

    select * from {{ ref("customer_segmentation", "feature_preparation") }}

),

standardized as (

    {% if values -%}
    select
        segmentation,
        line.*

    from (
        select
            segmentation,
            {{ unnested(values) }} as line

        from {{ ref("customer_segmentation", "int_sample_standardized") }}
    ) as lines
    {%- else -%}
    select
        null as segmentation,
        null as feature,
        null as z
    where false
    {%- endif %}

),

placed as (

    -- A zero is 0 after every transform, but not always to the last bit.
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

    -- Of a normal feature, the quartiles lie 1.349 standard deviations apart. Far values
    -- do not move them. Where half of the customers have one value, they say nothing.
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
