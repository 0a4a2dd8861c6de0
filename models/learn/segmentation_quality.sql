with

kmeans_candidates as (

    select * from {{ ref("customer_segmentation", "kmeans_candidates") }}

),

int_segmentations as (

    select * from {{ ref("customer_segmentation", "int_segmentations") }}

),

judged as (

    select
        kmeans_candidates.*,
        int_segmentations.minimum_share,
        int_segmentations.minimum_clusters
            = int_segmentations.maximum_clusters as is_given,
        kmeans_candidates.smallest_share
            >= int_segmentations.minimum_share as is_large_enough

    from kmeans_candidates
    inner join int_segmentations
        on kmeans_candidates.segmentation = int_segmentations.segmentation
        and kmeans_candidates.configuration_hash
            = int_segmentations.configuration_hash
    where kmeans_candidates.is_current

),

ranked as (

    select
        *,
        row_number() over (
            partition by segmentation
            order by is_large_enough desc, simplified_silhouette desc, clusters
        ) as preference

    from judged

),

chosen as (

    select * from ranked
    where preference = 1

),

near_ties as (

    -- Differences below 0.02 are within the noise of the index.
    select
        ranked.segmentation,
        {{ dbt.listagg(
            "cast(ranked.clusters as " ~ dbt.type_string() ~ ")",
            "', '", "order by ranked.clusters",
        ) }} as others

    from ranked
    inner join chosen
        on ranked.segmentation = chosen.segmentation
        and ranked.clusters != chosen.clusters
        and ranked.is_large_enough
        and ranked.simplified_silhouette > chosen.simplified_silhouette - 0.02
    group by ranked.segmentation

),

reasoned as (

    select
        ranked.segmentation,
        ranked.configuration_hash,
        ranked.data_fingerprint,
        case
            when ranked.silhouette_vectors = ranked.vectors then 'exact'
            else 'sample of '
                || cast(ranked.silhouette_vectors as {{ dbt.type_string() }})
                || ' vectors'
        end as silhouette_basis,
        case
            when ranked.preference = 1 and ranked.is_given
                then 'The configuration asks for '
                    || cast(ranked.clusters as {{ dbt.type_string() }}) || ' clusters'
            when ranked.preference = 1 and ranked.is_large_enough
                then 'Highest simplified silhouette ('
                    || {{ as_text("ranked.simplified_silhouette") }}
                    || ') of those whose smallest segment is large enough'
            when ranked.preference = 1
                then 'No number of clusters keeps every segment at or above the '
                    || 'minimum share'
            when not ranked.is_large_enough
                then 'The smallest segment holds '
                    || {{ as_text("100 * ranked.smallest_share", 1) }}
                    || ' % of the customers, less than the minimum share of '
                    || {{ as_text("100 * ranked.minimum_share", 1) }} || ' %.'
            else 'Simplified silhouette '
                || {{ as_text("ranked.simplified_silhouette") }}
                || ', against ' || {{ as_text("chosen.simplified_silhouette") }}
                || ' at k = ' || cast(chosen.clusters as {{ dbt.type_string() }}) || '.'
        end as verdict,
        case
            when near_ties.others is null then ''
            else '; close to it: k = ' || near_ties.others
        end as mention_of_ties,
        case
            when ranked.stability >= 0.85 then '; stable'
            when ranked.stability >= 0.6 then '; fairly stable'
            else '; unstable'
        end || ' under resampling (' || {{ as_text("ranked.stability") }} || ').'
            as mention_of_stability,
        ranked.clusters,
        ranked.customers,
        ranked.vectors,
        ranked.inertia,
        ranked.simplified_silhouette,
        ranked.silhouette,
        ranked.davies_bouldin,
        ranked.calinski_harabasz,
        ranked.stability,
        ranked.smallest_share,
        ranked.minimum_share,
        ranked.preference = 1 as is_chosen

    from ranked
    inner join chosen
        on ranked.segmentation = chosen.segmentation
    left join near_ties
        on ranked.segmentation = near_ties.segmentation

)

select
    segmentation,
    configuration_hash,
    data_fingerprint,
    case
        when is_chosen then verdict || mention_of_ties || mention_of_stability
        else verdict
    end as reason,
    clusters,
    customers,
    vectors,
    inertia,
    simplified_silhouette,
    silhouette,
    silhouette_basis,
    davies_bouldin,
    calinski_harabasz,
    stability,
    smallest_share,
    minimum_share,
    is_chosen

from reasoned
