{% set thresholds = [] %}
{% for metric, range in segmentation_setting("segmentation_drift_thresholds").items() %}
    {% do thresholds.append({
        "metric": "'" ~ metric ~ "'",
        "warning_threshold": "cast(" ~ range[0] ~ " as double)",
        "failure_threshold": "cast(" ~ range[1] ~ " as double)",
    }) %}
{% endfor %}

with

segmentation_fits as (

    select * from {{ ref("customer_segmentation", "segmentation_fits") }}
    where is_champion

),

segmentation_fit_centroids as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_centroids") }}
    where is_champion

),

customer_segments as (

    select * from {{ ref("customer_segmentation", "customer_segments") }}

),

int_feature_shares as (

    select * from {{ ref("customer_segmentation", "int_feature_shares") }}

),

int_features as (

    select * from {{ ref("customer_segmentation", "int_features") }}

),

floored_shares as (

    -- An empty bin counts as half a customer, because the logarithm of 0 is infinite.
    select
        shares.segmentation,
        shares.feature,
        greatest(
            shares.share,
            0.5 / nullif(sum(shares.customers) over whole_feature, 0)
        ) as share,
        greatest(shares.fit_share, 0.5 / segmentation_fits.customers) as fit_share

    from int_feature_shares as shares
    inner join segmentation_fits
        on shares.fit_id = segmentation_fits.fit_id
    window whole_feature as (
        partition by shares.segmentation, shares.feature
        order by shares.bin
        rows between unbounded preceding and unbounded following
    )

),

population_stability as (

    select
        segmentation,
        'population_stability_index' as metric,
        feature,
        round({{ exact_sum("(share - fit_share) * ln(share / fit_share)") }}, 9)
            as figure

    from floored_shares
    group by
        segmentation,
        feature

),

reached as (

    select {{ exact_unit_of_distances("distance") }} as distance_unit
    from customer_segments

),

segments_then as (

    select distinct
        fit_id,
        segmentation,
        segment_id,
        customers,
        mean_distance,
        largest_distance

    from segmentation_fit_centroids

),

segments_now as (

    -- All figures below are computed in a single scan of the customers.
    select
        segments_then.segmentation,
        segments_then.segment_id,
        count(customer_segments.customer_id) as customers,
        cast({{ whole_sum(whole_number("distance * distance_unit")) }} as double)
            / max(distance_unit) as total_distance,
        count(case
            when customer_segments.distance > segments_then.largest_distance then 1
        end) as outliers

    from segments_then
    cross join reached
    left join customer_segments
        on segments_then.segmentation = customer_segments.segmentation
        and segments_then.segment_id = customer_segments.segment_id
    group by
        segments_then.segmentation,
        segments_then.segment_id

),

segment_changes as (

    select
        segments_now.segmentation,
        segments_now.customers,
        segments_now.outliers,
        segments_then.customers as fit_customers,
        sum(segments_now.total_distance) over whole_segmentation as total_distance,
        sum(segments_then.customers * segments_then.mean_distance)
            over whole_segmentation as fit_total_distance,
        segments_now.customers
            / nullif(sum(segments_now.customers) over whole_segmentation, 0) as share,
        segments_then.customers
            / nullif(sum(segments_then.customers) over whole_segmentation, 0) as fit_share

    from segments_now
    inner join segments_then
        on segments_now.segmentation = segments_then.segmentation
        and segments_now.segment_id = segments_then.segment_id
    window whole_segmentation as (
        partition by segments_now.segmentation
        order by segments_now.segment_id
        rows between unbounded preceding and unbounded following
    )

),

segmentation_changes as (

    select
        segmentation,
        round({{ exact_sum("abs(share - fit_share)") }} / 2, 9) as segment_shift,
        -- Both totals contain rounding errors, so the growth is rounded. Adding 0
        -- turns -0.0 into 0.0.
        0e0 + round(
            max(total_distance) / nullif(sum(customers), 0)
            / nullif(max(fit_total_distance) / sum(fit_customers), 0) - 1, 8
        ) as distance_growth,
        cast(sum(outliers) as double) / nullif(sum(customers), 0) as outlier_share

    from segment_changes
    group by segmentation

),

changes as (

    select {{ unnested(for_each(["segment_shift", "distance_growth", "outlier_share"], {
            "segmentation": "segmentation",
            "metric": "'{thing}'",
            "feature": "'all'",
            "figure": "{thing}",
        })) }} as line

    from segmentation_changes

),

figures as (

    select * from population_stability

    union all

    select line.* from changes

),

thresholds as (

    {{ rows_of(thresholds) }}

),

judged as (

    select
        figures.*,
        thresholds.warning_threshold,
        thresholds.failure_threshold

    from figures
    inner join thresholds
        on figures.metric = thresholds.metric
    where figures.figure is not null

),

graded as (

    select
        *,
        case
            when figure >= failure_threshold then 'fail'
            when figure >= warning_threshold then 'warn'
            else 'pass'
        end as status

    from judged

),

explained as (

    select
        graded.*,
        case graded.metric
            when 'population_stability_index'
                then 'The values of '
                    || coalesce(int_features.sentence_label, graded.feature)
                    || ' are distributed '
            when 'segment_shift' then 'The customers are spread over the segments '
            when 'distance_growth' then 'The customers lie around their centroids '
            else 'The customers lie within the reach of their segments '
        end || case graded.status when 'pass' then 'much as' else 'otherwise than' end
            || ' at the time of the fit.' as finding,
        case graded.status
            when 'fail'
                then ' Fit anew: dbt build --vars ''{segmentation_refit: always}'''
            when 'warn'
                then ' Watch it: int_feature_shares and segment_migrations tell more.'
            else ''
        end as advice

    from graded
    left join int_features
        on graded.feature = int_features.feature

)

select
    explained.segmentation,
    segmentation_fits.fit_id,
    explained.metric,
    explained.feature,
    explained.status,
    explained.finding || explained.advice as advice,
    explained.figure,
    explained.warning_threshold,
    explained.failure_threshold,
    segmentation_fits.fitted_at

from explained
inner join segmentation_fits
    on explained.segmentation = segmentation_fits.segmentation
