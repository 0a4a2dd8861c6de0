with

measured as (

    select * from {{ ref("customer_segmentation", "int_segment_assumptions") }}

    union all

    select * from {{ ref("customer_segmentation", "int_influence_assumptions") }}

),

explained as (

    select
        *,
        case assumption
            when 'structure'
                then 'There are groups to be found.'
            when 'stability'
                then 'Every segment is there whichever customers one happens to have.'
            when 'comparable_spread'
                then 'The border halfway between two centroids is fair to both segments.'
            when 'valley'
                then 'K-means has plainly cut no group in two.'
            when 'outliers'
                then 'No small group of customers decides how a feature is scaled.'
            when 'leverage'
                then 'No single customer holds a centroid.'
            when 'idle_feature'
                then 'Every feature tells segments apart.'
            when 'cells'
                then 'The segments say more than which customers share a value.'
        end as meaning,
        case assumption
            when 'structure'
                then 'The segments are slices of a crowd rather than groups: use them to '
                    || 'divide work, not as discoveries. Try other features, a '
                    || 'transform, or another number of clusters.'
            when 'stability'
                then 'Other customers would have given another segment: do not build on '
                    || 'it. Ask for another number of clusters, or try other features.'
            when 'comparable_spread'
                then 'The border halfway between two centroids gives customers of the '
                    || 'wide segment to the compact one: try transform: log or sqrt on '
                    || 'skewed features that have none, or one cluster more.'
            when 'valley'
                then 'K-means may have cut one group in two, as it does with long ones: '
                    || 'look whether segments belong together, try transform: log on '
                    || 'skewed features that have none, and keep one of those that rise '
                    || 'together.'
            when 'outliers'
                then 'They decide how the feature is scaled and pull centroids towards '
                    || 'them: set min or max, clip, or transform: log.'
            when 'leverage'
                then 'One customer holds the centroid: look at the largest distance in '
                    || 'customer_segments, and use transform: log, min, max or clip.'
            when 'idle_feature'
                then 'It blurs what the others tell apart: leave it out of the '
                    || 'segmentation, keep it as a measure, and build again.'
            when 'cells'
                then 'The segments are combinations of these values, or active or not, '
                    || 'and no more: give what has few values weight: 0.25 or group '
                    || 'by it (by: ...); where it is 0, segment the others (where: ...).'
        end as advice

    from measured

),

verdicts as (

    select
        segmentation,
        case
            when max(case when assumption = 'structure' and not holds then 1 end) = 1
                then 'slices: no groups were found, so use them to divide work, no more'
            when min(case when holds then 1 else 0 end) = 1 then 'use'
            else 'use with care: ' || {{ dbt.listagg(
                "case when not holds then replace(assumption, '_', ' ') end", "', '",
                "order by assumption"
            ) }}
        end as verdict

    from measured
    group by segmentation

)

select
    explained.segmentation,
    explained.assumption,
    explained.subject,
    case when explained.holds then 'pass' else 'warn' end as status,
    explained.finding || ' '
        || case when explained.holds then explained.meaning else explained.advice end
        as explanation,
    verdicts.verdict,
    explained.figure,
    explained.threshold

from explained
inner join verdicts
    on explained.segmentation = verdicts.segmentation
