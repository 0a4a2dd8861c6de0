-- K-means needs more different vectors than clusters. This test stops the build before
-- the model kmeans_candidates would.
with

int_training_vectors as (

    select * from {{ ref("customer_segmentation", "int_training_vectors") }}

),

int_segmentations as (

    select * from {{ ref("customer_segmentation", "int_segmentations") }}

),

counted as (

    select
        segmentation,
        count(*) as vectors

    from int_training_vectors
    where choice_customers > 0
    group by segmentation

),

compared as (

    select
        counted.segmentation,
        counted.vectors,
        int_segmentations.minimum_clusters

    from counted
    inner join int_segmentations
        on counted.segmentation = int_segmentations.segmentation

)

select * from compared
where {{ is_failure(
    "vectors <= minimum_clusters",
    "'The segmentation ' || segmentation || ' asks for ' || minimum_clusters"
    ~ " || ' clusters or more, but its customers have only ' || vectors"
    ~ " || ' different feature vectors, and K-means needs more of them than clusters.'"
    ~ " || ' Add a feature, ask for fewer clusters, or take the groups as they are:'"
    ~ " || ' `by` an attribute.'"
) }}
