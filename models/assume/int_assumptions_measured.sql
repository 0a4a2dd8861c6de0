-- Where a check begins to warn, and why there.
-- Groups worth the name gain 0.1 and more over tables without groups; shapes that are
-- neither noise nor round groups, such as two crescents cut in two, gain up to 0.05.
{% set smallest_gain = "0.05e0" %}
-- Hennig (2007): a cluster that is found again worse is not to be trusted.
{% set smallest_stability = "0.6e0" %}
-- Three times as wide.
{% set largest_spread_ratio = "9e0" %}
-- Two and a half times as long as wide.
{% set largest_elongation = "6e0" %}
-- Beyond four standard deviations lie 0.1 % of the variance of a normal feature and 18 %
-- of an exponential one.
{% set largest_far_share = "0.25e0" %}
-- A quarter of the way that the segment's average customer is from the centroid.
{% set largest_leverage = "0.25e0" %}
-- In the benchmark of customers' tables, features below it said nothing of the groups.
{% set smallest_explained_share = "0.1e0" %}
-- With fewer customers, the variances of a segment say little.
{% set fewest_customers = 30 %}

{% set least_structure -%}
least(1e0, greatest(
            kmeans_structure.highest_reference_silhouette,
            kmeans_structure.reference_silhouette + {{ smallest_gain }}
        ))
{%- endset %}

with

segmentation_fits as (

    select * from {{ ref("customer_segmentation", "segmentation_fits") }}
    where is_champion

),

kmeans_structure as (

    select * from {{ ref("customer_segmentation", "kmeans_structure") }}

),

segmentation_fit_centroids as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_centroids") }}
    where is_champion

),

int_segment_names as (

    select * from {{ ref("customer_segmentation", "int_segment_names") }}

),

segment_elongations as (

    select * from {{ ref("customer_segmentation", "segment_elongations") }}

),

int_features as (

    select * from {{ ref("customer_segmentation", "int_features") }}

),

int_feature_tails as (

    select * from {{ ref("customer_segmentation", "int_feature_tails") }}

),

feature_moments as (

    -- the variances alone
    select * from {{ ref("customer_segmentation", "int_segment_moments") }}
    where position = other_position

),

structure as (

    select
        segmentation_fits.segmentation,
        'structure' as assumption,
        cast(null as {{ dbt.type_string() }}) as subject,
        'Simplified silhouette '
            || {{ as_text("kmeans_structure.simplified_silhouette", 3) }}
            || '; groups would need more than ' || {{ as_text(least_structure, 3) }}
            || ', for ' || cast(kmeans_structure.reference_tables
                as {{ dbt.type_string() }})
            || ' tables of this shape without groups have '
            || {{ as_text("kmeans_structure.reference_silhouette", 3) }}
            || ' on average, '
            || {{ as_text("kmeans_structure.highest_reference_silhouette", 3) }}
            || ' at most.' as finding,
        kmeans_structure.simplified_silhouette as figure,
        {{ least_structure }} as threshold,
        kmeans_structure.simplified_silhouette > {{ least_structure }} as holds

    from segmentation_fits
    inner join kmeans_structure
        on segmentation_fits.fit_id = kmeans_structure.fit_id

),

ranked_stabilities as (

    select
        segmentation_fit_centroids.fit_id,
        segmentation_fit_centroids.segmentation,
        segmentation_fit_centroids.segment_id,
        segmentation_fit_centroids.stability,
        row_number() over (
            partition by segmentation_fit_centroids.segmentation
            order by
                segmentation_fit_centroids.stability,
                segmentation_fit_centroids.segment_id,
                segmentation_fit_centroids.feature
        ) as preference

    from segmentation_fit_centroids
    where segmentation_fit_centroids.stability is not null

),

stability as (

    select
        weakest.segmentation,
        'stability' as assumption,
        weakest.segment_id as subject,
        'When customers are resampled, "' || int_segment_names.segment_name
            || '" is found again worst: Jaccard similarity '
            || {{ as_text("weakest.stability") }}
            || '. All segments: adjusted Rand index '
            || {{ as_text("segmentation_fits.stability") }}
            || coalesce(
                ', against ' || {{ as_text("kmeans_structure.reference_stability") }}
                || ' in tables of this shape without groups', ''
            ) || '.' as finding,
        weakest.stability as figure,
        {{ smallest_stability }} as threshold,
        weakest.stability >= {{ smallest_stability }} as holds

    from ranked_stabilities as weakest
    inner join segmentation_fits
        on weakest.fit_id = segmentation_fits.fit_id
    inner join int_segment_names
        on weakest.segmentation = int_segment_names.segmentation
        and weakest.segment_id = int_segment_names.segment_id
    left join kmeans_structure
        on weakest.fit_id = kmeans_structure.fit_id
    where weakest.preference = 1

),

segment_variances as (

    select
        feature_moments.segmentation,
        feature_moments.segment_id,
        int_segment_names.segment_name,
        feature_moments.customers,
        sum(feature_moments.covariance) over one_segment
            / count(*) over one_segment as variance,
        feature_moments.position

    from feature_moments
    inner join int_segment_names
        on feature_moments.segmentation = int_segment_names.segmentation
        and feature_moments.segment_id = int_segment_names.segment_id
    window one_segment as (
        partition by feature_moments.segmentation, feature_moments.segment_id
        order by feature_moments.position
        rows between unbounded preceding and unbounded following
    )

),

ranked_variances as (

    select
        *,
        row_number() over (
            partition by segmentation order by variance desc, segment_id
        ) as width_rank,
        row_number() over (
            partition by segmentation order by variance, segment_id
        ) as compactness_rank

    from segment_variances
    where
        position = 0
        and variance > 0
        and customers >= {{ fewest_customers }}

),

comparable_spread as (

    select
        widest.segmentation,
        'comparable_spread' as assumption,
        widest.segment_id as subject,
        'The variance of "' || widest.segment_name || '" is '
            || {{ as_text("widest.variance / narrowest.variance", 1) }}
            || ' times that of "' || narrowest.segment_name || '".' as finding,
        widest.variance / narrowest.variance as figure,
        {{ largest_spread_ratio }} as threshold,
        widest.variance / narrowest.variance <= {{ largest_spread_ratio }} as holds

    from ranked_variances as widest
    inner join ranked_variances as narrowest
        on widest.segmentation = narrowest.segmentation
        and narrowest.compactness_rank = 1
        and widest.width_rank = 1

),

ranked_elongations as (

    select
        segment_elongations.segmentation,
        segment_elongations.segment_id,
        int_segment_names.segment_name,
        segment_elongations.elongation,
        row_number() over (
            partition by segment_elongations.segmentation
            order by segment_elongations.elongation desc, segment_elongations.segment_id
        ) as preference

    from segment_elongations
    inner join int_segment_names
        on segment_elongations.segmentation = int_segment_names.segmentation
        and segment_elongations.segment_id = int_segment_names.segment_id
    where
        segment_elongations.elongation is not null
        and segment_elongations.customers >= {{ fewest_customers }}

),

roundness as (

    select
        segmentation,
        'roundness' as assumption,
        segment_id as subject,
        'The variance of "' || segment_name || '" along its longest axis is '
            || {{ as_text("elongation", 1) }} || ' times that along the others.'
            as finding,
        elongation as figure,
        {{ largest_elongation }} as threshold,
        elongation <= {{ largest_elongation }} as holds

    from ranked_elongations
    where preference = 1

),

ranked_tails as (

    select
        int_feature_tails.*,
        int_features.label,
        row_number() over (
            partition by int_feature_tails.segmentation
            order by int_feature_tails.far_variance_share desc, int_feature_tails.feature
        ) as preference

    from int_feature_tails
    inner join int_features
        on int_feature_tails.feature = int_features.feature
    -- a rare category is scaled with the others of its feature, not by itself
    where int_features.block = int_features.feature

),

outliers as (

    select
        segmentation,
        'outliers' as assumption,
        feature as subject,
        '"' || label || '": ' || {{ as_text("100 * far_customers_share", 2) }}
            || ' % of the customers lie more than four standard deviations out and make '
            || {{ as_text("100 * far_variance_share", 1) }} || ' % of the variance.'
            as finding,
        far_variance_share as figure,
        {{ largest_far_share }} as threshold,
        far_variance_share <= {{ largest_far_share }} as holds

    from ranked_tails
    where preference = 1

),

ranked_leverages as (

    -- how far a centroid moves without its farthest customer
    select
        feature_moments.segmentation,
        feature_moments.segment_id,
        int_segment_names.segment_name,
        feature_moments.farthest
            / (feature_moments.customers - 1) / feature_moments.mean_distance as shift,
        row_number() over (
            partition by feature_moments.segmentation
            order by
                feature_moments.farthest
                    / (feature_moments.customers - 1) / feature_moments.mean_distance desc,
                feature_moments.segment_id
        ) as preference

    from feature_moments
    inner join int_segment_names
        on feature_moments.segmentation = int_segment_names.segmentation
        and feature_moments.segment_id = int_segment_names.segment_id
    where
        feature_moments.position = 0
        and feature_moments.customers > 1
        and feature_moments.mean_distance > 0

),

leverage as (

    select
        segmentation,
        'leverage' as assumption,
        segment_id as subject,
        'Without its farthest customer, the centroid of "' || segment_name
            || '" would move by ' || {{ as_text("100 * shift", 1) }}
            || ' % of the mean distance to it.' as finding,
        shift as figure,
        {{ largest_leverage }} as threshold,
        shift <= {{ largest_leverage }} as holds

    from ranked_leverages
    where preference = 1

),

overall_means as (

    select
        *,
        sum(customers * mean) over one_feature
            / sum(customers) over one_feature as overall_mean

    from feature_moments
    window one_feature as (
        partition by segmentation, position
        order by segment_id
        rows between unbounded preceding and unbounded following
    )

),

variances as (

    -- of each feature with all its categories: between the segments and within them
    select
        overall_means.segmentation,
        overall_means.segment_id,
        overall_means.position,
        int_features.block,
        case when int_features.block = int_features.feature then int_features.label
            else int_features.block end as label,
        overall_means.customers
            * power(overall_means.mean - overall_means.overall_mean, 2) as between_segments,
        overall_means.customers * overall_means.covariance as within_segments

    from overall_means
    inner join int_features
        on overall_means.feature = int_features.feature

),

explained as (

    select
        *,
        row_number() over one_block as occurrence,
        sum(between_segments) over whole_block
            / nullif(sum(between_segments + within_segments) over whole_block, 0)
            as explained_share,
        sum(within_segments) over whole_block
            / nullif(sum(within_segments) over all_blocks, 0) as distance_share

    from variances
    window
        one_block as (partition by segmentation, block order by segment_id, position),
        whole_block as (
            partition by segmentation, block
            order by segment_id, position
            rows between unbounded preceding and unbounded following
        ),
        all_blocks as (
            partition by segmentation
            order by segment_id, position
            rows between unbounded preceding and unbounded following
        )

),

ranked_explained as (

    select
        *,
        count(*) over (partition by segmentation) as features,
        row_number() over (
            partition by segmentation order by explained_share, block
        ) as preference

    from explained
    where
        occurrence = 1
        and explained_share is not null

),

idle_feature as (

    -- of one feature alone, the segments explain what they can
    select
        segmentation,
        'idle_feature' as assumption,
        block as subject,
        'The segments explain ' || {{ as_text("100 * explained_share", 1) }}
            || ' % of "' || label || '", which makes '
            || {{ as_text("100 * coalesce(distance_share, 0)", 1) }}
            || ' % of the squared distances to the centroids.' as finding,
        explained_share as figure,
        {{ smallest_explained_share }} as threshold,
        explained_share >= {{ smallest_explained_share }} as holds

    from ranked_explained
    where
        preference = 1
        and features > 1

),

measured as (

    select * from structure

    union all

    select * from stability

    union all

    select * from comparable_spread

    union all

    select * from roundness

    union all

    select * from outliers

    union all

    select * from leverage

    union all

    select * from idle_feature

)

select * from measured
