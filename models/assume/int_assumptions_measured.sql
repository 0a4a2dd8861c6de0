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
-- Cutting a ball in two saves 64 % of its variance along the cut. Keeping a group whole
-- that lies three standard deviations away saves more down to a 14th of the ball's size.
{% set largest_size_ratio = "14e0" %}
-- Beyond four standard deviations lie 0.1 % of the variance of a normal feature and 18 %
-- of an exponential one.
{% set largest_far_share = "0.25e0" %}
-- Or 25 times the share of the average customer, if that is more.
{% set largest_leverage = "0.05e0" %}
-- All other features together then make less than a twentieth.
{% set largest_dominance = "0.95e0" %}
-- With fewer customers, the variances of a segment say little.
{% set fewest_customers = 30 %}

{% set all_segments -%}
partition by segmentation order by segment_id, position
        rows between unbounded preceding and unbounded following
{%- endset %}
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
            || {{ as_text("kmeans_structure.simplified_silhouette", 3) }} || '; in '
            || cast(kmeans_structure.reference_tables as {{ dbt.type_string() }})
            || ' tables of this shape without groups '
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

ranked_sizes as (

    select
        *,
        row_number() over (
            partition by segmentation order by customers desc, segment_id
        ) as size_rank,
        row_number() over (
            partition by segmentation order by customers, segment_id
        ) as smallness_rank

    from segment_variances
    where position = 0

),

size_balance as (

    select
        largest.segmentation,
        'size_balance' as assumption,
        smallest.segment_id as subject,
        'The largest segment, "' || largest.segment_name || '", has '
            || {{ as_text("cast(largest.customers as double) / smallest.customers", 1) }}
            || ' times as many customers as the smallest, "' || smallest.segment_name
            || '".' as finding,
        cast(largest.customers as double) / smallest.customers as figure,
        {{ largest_size_ratio }} as threshold,
        cast(largest.customers as double) / smallest.customers
            <= {{ largest_size_ratio }} as holds

    from ranked_sizes as largest
    inner join ranked_sizes as smallest
        on largest.segmentation = smallest.segmentation
        and largest.size_rank = 1
        and smallest.smallness_rank = 1

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

inertias as (

    select
        segmentation,
        reach,
        position,
        row_number() over (
            partition by segmentation order by segment_id, position
        ) as preference,
        sum(customers * mean_product) over ({{ all_segments }}) as inertia,
        sum(case when position = 0 then customers else 0 end)
            over ({{ all_segments }}) as customers

    from feature_moments

),

leverage as (

    select
        segmentation,
        'leverage' as assumption,
        cast(null as {{ dbt.type_string() }}) as subject,
        'The customer farthest from a centroid makes '
            || {{ as_text("100 * power(reach, 2) / inertia", 2) }}
            || ' % of the inertia, the average customer '
            || {{ as_text("100e0 / customers", 2) }} || ' %.' as finding,
        power(reach, 2) / inertia as figure,
        greatest({{ largest_leverage }}, 25e0 / customers) as threshold,
        power(reach, 2) / inertia
            <= greatest({{ largest_leverage }}, 25e0 / customers) as holds

    from inertias
    where
        preference = 1
        and inertia > 0

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

separations as (

    -- what each feature, with all its categories, adds to the distances of centroids
    select
        overall_means.segmentation,
        int_features.block,
        case when int_features.block = int_features.feature then int_features.label
            else int_features.block end as label,
        row_number() over (
            partition by overall_means.segmentation, int_features.block
            order by overall_means.segment_id, overall_means.position
        ) as occurrence,
        sum(overall_means.customers * power(mean - overall_mean, 2)) over (
            partition by overall_means.segmentation, int_features.block
            order by overall_means.segment_id, overall_means.position
            rows between unbounded preceding and unbounded following
        ) as separation,
        sum(overall_means.customers * power(mean - overall_mean, 2)) over (
            partition by overall_means.segmentation
            order by overall_means.segment_id, overall_means.position
            rows between unbounded preceding and unbounded following
        ) as separation_by_all

    from overall_means
    inner join int_features
        on overall_means.feature = int_features.feature

),

ranked_separations as (

    select
        *,
        count(*) over (partition by segmentation) as features,
        row_number() over (
            partition by segmentation order by separation desc, block
        ) as preference

    from separations
    where
        occurrence = 1
        and separation_by_all > 0

),

dominant_feature as (

    -- one feature alone has nobody to dominate
    select
        segmentation,
        'dominant_feature' as assumption,
        block as subject,
        {{ as_text("100 * separation / separation_by_all", 1) }}
            || ' % of what sets the segments apart is "' || label || '".' as finding,
        separation / separation_by_all as figure,
        {{ largest_dominance }} as threshold,
        separation / separation_by_all <= {{ largest_dominance }} as holds

    from ranked_separations
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

    select * from size_balance

    union all

    select * from outliers

    union all

    select * from leverage

    union all

    select * from dominant_feature

)

select * from measured
