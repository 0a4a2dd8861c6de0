with

int_assumptions_measured as (

    select * from {{ ref("customer_segmentation", "int_assumptions_measured") }}

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
            when 'roundness'
                then 'No segment is so long that K-means would rather cut it.'
            when 'size_balance'
                then 'No segment is so small that K-means would rather cut a large one.'
            when 'outliers'
                then 'No few customers decide how a feature is scaled.'
            when 'leverage'
                then 'No single customer holds a centroid.'
            when 'dominant_feature'
                then 'The segments rest on more than one feature.'
        end as meaning,
        case assumption
            when 'structure'
                then 'The segments are slices of a crowd rather than groups: use them to '
                    || 'divide work, not as discoveries. Try other features, a '
                    || 'transform, or another number of clusters.'
            when 'stability'
                then 'Other customers would have given another segment: do not build on '
                    || 'it. Ask for fewer clusters.'
            when 'comparable_spread'
                then 'The border halfway between two centroids gives customers of the '
                    || 'wide segment to the compact one: try transform: log or sqrt on '
                    || 'skewed features, or one cluster more.'
            when 'roundness'
                then 'K-means cuts long groups in pieces and joins what lies beside '
                    || 'them: look whether neighboring segments belong together, and '
                    || 'drop or combine features that rise and fall together.'
            when 'size_balance'
                then 'K-means cuts a large group before it keeps a small one whole: '
                    || 'check whether the small segment is more than outliers, and '
                    || 'whether the large ones are like each other.'
            when 'outliers'
                then 'They decide how the feature is scaled and pull centroids towards '
                    || 'them: set min or max, clip, or transform: log.'
            when 'leverage'
                then 'One customer holds a centroid: look at the largest distance in '
                    || 'customer_segments, and set min or max, or clip.'
            when 'dominant_feature'
                then 'The segments are hardly more than slices of one feature: check '
                    || 'weights and scale, or use that feature alone.'
        end as advice

    from int_assumptions_measured

)

select
    segmentation,
    assumption,
    subject,
    case when holds then 'pass' else 'warn' end as status,
    finding || ' ' || case when holds then meaning else advice end as explanation,
    figure,
    threshold

from explained
