-- The new rows of the registry, before they get ids and times: one row per fit that is
-- due, feature and segment.
{% set centroid %}
    {{- list_element("refinements.centroid", "preparation.position + 1") }}
            / sqrt(preparation.weight)
{%- endset %}

with

kmeans_starts as (

    select * from {{ ref("customer_segmentation", "kmeans_starts") }}
    where is_current

),

kmeans_refinements as (

    select * from {{ ref("customer_segmentation", "kmeans_refinements") }}

),

kmeans_indices as (

    select * from {{ ref("customer_segmentation", "kmeans_indices") }}

),

candidate_stabilities as (

    select * from {{ ref("customer_segmentation", "candidate_stabilities") }}

),

feature_preparation as (

    select * from {{ ref("customer_segmentation", "feature_preparation") }}

),

feature_distributions as (

    select * from {{ ref("customer_segmentation", "feature_distributions") }}

),

joined as (

    select
        starts.fit_id,
        starts.segmentation,
        starts.configuration_hash,
        starts.data_fingerprint,
        starts.clusters,
        indices.customers,
        refinements.passes,
        indices.inertia,
        indices.simplified_silhouette,
        indices.davies_bouldin,
        indices.calinski_harabasz,
        stabilities.stability,
        preparation.feature,
        preparation.position,
        preparation.imputed_value,
        preparation.lower_bound,
        preparation.upper_bound,
        preparation.transform,
        preparation.center,
        preparation.scale,
        preparation.weight,
        distributions.bin_bounds,
        distributions.bin_shares,
        refinements.segment_index,
        refinements.customers as segment_customers,
        refinements.distances / nullif(refinements.customers, 0) as mean_distance,
        refinements.largest_distance,
        {{ centroid }} as centroid,
        coalesce(
            ({{ centroid }} - distributions.mean) / nullif(distributions.deviation, 0), 0
        ) as standard_score,
        {{ list_element("stabilities.segment_stability", "refinements.start_index + 1") }}
            as segment_stability

    from kmeans_starts as starts
    inner join kmeans_refinements as refinements
        on starts.fit_id = refinements.fit_id
    inner join kmeans_indices as indices
        on starts.fit_id = indices.fit_id
    inner join feature_preparation as preparation
        on starts.segmentation = preparation.segmentation
    inner join feature_distributions as distributions
        on preparation.segmentation = distributions.segmentation
        and preparation.position = distributions.position
    left join candidate_stabilities as stabilities
        on starts.segmentation = stabilities.segmentation
        and starts.configuration_hash = stabilities.configuration_hash
        and starts.data_fingerprint = stabilities.data_fingerprint
        and starts.clusters = stabilities.clusters

)

select * from joined
