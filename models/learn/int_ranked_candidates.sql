with

kmeans_candidates as (

    select * from {{ ref("customer_segmentation", "kmeans_candidates") }}

),

candidate_silhouettes as (

    select * from {{ ref("customer_segmentation", "candidate_silhouettes") }}

),

candidate_stabilities as (

    select * from {{ ref("customer_segmentation", "candidate_stabilities") }}

),

candidate_valleys as (

    select * from {{ ref("customer_segmentation", "candidate_valleys") }}

),

int_segmentations as (

    select * from {{ ref("customer_segmentation", "int_segmentations") }}

),

judged as (

    select
        kmeans_candidates.*,
        silhouettes.silhouette,
        silhouettes.silhouette_standard_error,
        silhouettes.silhouette_vectors,
        stabilities.stability,
        valleys.smallest_valley,
        int_segmentations.minimum_share,
        int_segmentations.minimum_clusters
            = int_segmentations.maximum_clusters as is_given,
        int_segmentations.minimum_clusters,
        int_segmentations.maximum_clusters,
        kmeans_candidates.smallest_share
            >= int_segmentations.minimum_share as is_large_enough,
        {{ array_minimum("stabilities.segment_stability") }} as smallest_segment_stability

    from kmeans_candidates
    inner join int_segmentations
        on kmeans_candidates.segmentation = int_segmentations.segmentation
        and kmeans_candidates.configuration_hash
            = int_segmentations.configuration_hash
    inner join candidate_silhouettes as silhouettes
        on kmeans_candidates.segmentation = silhouettes.segmentation
        and kmeans_candidates.configuration_hash = silhouettes.configuration_hash
        and kmeans_candidates.data_fingerprint = silhouettes.data_fingerprint
        and kmeans_candidates.clusters = silhouettes.clusters
    inner join candidate_stabilities as stabilities
        on kmeans_candidates.segmentation = stabilities.segmentation
        and kmeans_candidates.configuration_hash = stabilities.configuration_hash
        and kmeans_candidates.data_fingerprint = stabilities.data_fingerprint
        and kmeans_candidates.clusters = stabilities.clusters
    inner join candidate_valleys as valleys
        on kmeans_candidates.segmentation = valleys.segmentation
        and kmeans_candidates.configuration_hash = valleys.configuration_hash
        and kmeans_candidates.data_fingerprint = valleys.data_fingerprint
        and kmeans_candidates.clusters = valleys.clusters
    where kmeans_candidates.is_current

),

found_again as (

    -- Hennig (2007) does not trust a segment with a similarity below 0.6.
    select
        *,
        coalesce(smallest_segment_stability >= 0.6e0, true) as is_found_again

    from judged

),

ranked_by_silhouette as (

    select
        *,
        row_number() over (
            partition by segmentation
            order by
                is_large_enough desc,
                is_found_again desc,
                simplified_silhouette desc,
                clusters
        ) as silhouette_rank

    from found_again

),

compared_with_clearest as (

    -- The silhouette prefers to count overlapping groups as one. A larger number of
    -- segments is proven if every two of them have a valley between them.
    select
        *,
        is_large_enough
        and is_found_again
        and coalesce(smallest_valley >= 1, false)
        and clusters > max(case when silhouette_rank = 1 then clusters end)
            over (partition by segmentation) as is_proven

    from ranked_by_silhouette

),

ranked as (

    select
        *,
        row_number() over (
            partition by segmentation
            order by
                is_proven desc,
                case when is_proven then clusters end desc,
                silhouette_rank
        ) as preference

    from compared_with_clearest

)

select * from ranked
