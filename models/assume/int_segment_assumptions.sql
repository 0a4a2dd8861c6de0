-- The limits at which the checks begin to warn, and the reasons for them.
-- Real groups have a silhouette 0.1 or more above that of tables without groups. Shapes
-- that are neither noise nor round groups, such as two crescents, have a silhouette that
-- is up to 0.05 above it.
{% set smallest_gain = "0.05e0" %}
-- Hennig (2007): a cluster with a lower mean Jaccard similarity should not be trusted.
{% set smallest_stability = "0.6e0" %}
-- The largest ratio of the variances of the widest and the narrowest segment. 9 means
-- that the standard deviation of one is three times that of the other.
{% set largest_spread_ratio = "9e0" %}
-- In generated tables, the smallest valley was below this limit in 43 % of the tables
-- whose groups K-means had missed, and in 6 % of the tables whose groups it had found.
{% set smallest_valley = "0.5e0" %}
-- With fewer different vectors than this, the dip test can hardly prove a valley.
{% set fewest_vectors = 500 %}
-- With fewer customers than this, the variances of a segment are too uncertain.
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

kmeans_candidates as (

    select * from {{ ref("customer_segmentation", "kmeans_candidates") }}

),

candidate_valleys as (

    select * from {{ ref("customer_segmentation", "candidate_valleys") }}

),

feature_moments as (

    select * from {{ ref("customer_segmentation", "int_segment_moments") }}

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
        sum(feature_moments.variance) over one_segment
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

valley as (

    -- An imported fit has no candidate, and therefore no row.
    select
        segmentation_fits.segmentation,
        'valley' as assumption,
        cast(null as {{ dbt.type_string() }}) as subject,
        'Between the two segments where it is least clear, the valley is '
            || {{ as_text("candidate_valleys.smallest_valley") }}
            || ' of what proves one.' as finding,
        candidate_valleys.smallest_valley as figure,
        {{ smallest_valley }} as threshold,
        candidate_valleys.smallest_valley >= {{ smallest_valley }} as holds

    from segmentation_fits
    inner join kmeans_candidates
        on segmentation_fits.segmentation = kmeans_candidates.segmentation
        and segmentation_fits.configuration_hash = kmeans_candidates.configuration_hash
        and segmentation_fits.data_fingerprint = kmeans_candidates.data_fingerprint
        and segmentation_fits.clusters = kmeans_candidates.clusters
    inner join candidate_valleys
        on kmeans_candidates.segmentation = candidate_valleys.segmentation
        and kmeans_candidates.configuration_hash = candidate_valleys.configuration_hash
        and kmeans_candidates.data_fingerprint = candidate_valleys.data_fingerprint
        and kmeans_candidates.clusters = candidate_valleys.clusters
    where
        kmeans_candidates.vectors >= {{ fewest_vectors }}
        and candidate_valleys.smallest_valley is not null

),

measured as (

    select * from structure

    union all

    select * from stability

    union all

    select * from comparable_spread

    union all

    select * from valley

)

select * from measured
