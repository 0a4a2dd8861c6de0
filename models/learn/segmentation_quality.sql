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
        stabilities.segment_stability,
        valleys.smallest_valley,
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

ranked_by_silhouette as (

    select
        *,
        {{ array_minimum("segment_stability") }} as smallest_segment_stability,
        row_number() over (
            partition by segmentation
            order by is_large_enough desc, simplified_silhouette desc, clusters
        ) as silhouette_rank

    from judged

),

compared_with_clearest as (

    -- A silhouette takes overlapping neighbors for one segment. More segments than it
    -- asks for are there if every two of them have a valley between them.
    select
        *,
        is_large_enough
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

),

chosen as (

    select * from ranked
    where preference = 1

),

compared as (

    -- Differences below 0.02 are within the noise of the index.
    select
        ranked.segmentation,
        min(case when ranked.preference = 2 and ranked.is_large_enough
            then ranked.simplified_silhouette end) as next_silhouette,
        min(case when ranked.preference = 2 and ranked.is_large_enough
            then ranked.clusters end) as next_clusters,
        min(case when ranked.silhouette_rank = 1
            then ranked.simplified_silhouette end) as clearest_silhouette,
        min(case when ranked.silhouette_rank = 1
            then ranked.clusters end) as clearest_clusters,
        max(ranked.simplified_silhouette) as highest_silhouette,
        {{ dbt.listagg(
            "case when ranked.is_large_enough and ranked.preference > 2"
            ~ " and ranked.simplified_silhouette > chosen.simplified_silhouette - 0.02"
            ~ " then cast(ranked.clusters as " ~ dbt.type_string() ~ ") end",
            "', '", "order by ranked.clusters",
        ) }} as further_ties

    from ranked
    inner join chosen
        on ranked.segmentation = chosen.segmentation
    group by ranked.segmentation

),

reasoned as (

    select
        ranked.segmentation,
        ranked.configuration_hash,
        ranked.data_fingerprint,
        case
            when ranked.silhouette_vectors = ranked.vectors
                and ranked.training_customers = ranked.customers then 'exact'
            else 'sample of '
                || cast(ranked.silhouette_vectors as {{ dbt.type_string() }})
                || ' vectors'
        end as silhouette_basis,
        case
            when ranked.preference = 1 and ranked.is_given
                then 'The configuration asks for '
                    || {{ number_in_words("ranked.clusters") }} || ' segments'
            when ranked.preference = 1 and not ranked.is_large_enough
                then 'No number of segments keeps every one at or above the minimum '
                    || 'share of ' || {{ as_text("100 * ranked.minimum_share", 1) }}
                    || ' %; ' || {{ number_in_words("ranked.clusters") }}
                    || ' segments stand apart best'
            when ranked.preference = 1 and ranked.is_proven
                then {{ number_in_words("ranked.clusters", capitalized=true) }}
                    || ' segments are the most of which every two have a valley '
                    || 'between them'
            when ranked.preference = 1
                and ranked.simplified_silhouette < compared.highest_silhouette
                then 'Among the numbers that keep every segment large enough, '
                    || {{ number_in_words("ranked.clusters") }}
                    || ' segments stand apart best'
            when ranked.preference = 1
                then {{ number_in_words("ranked.clusters", capitalized=true) }}
                    || ' segments stand apart best'
            when not ranked.is_large_enough
                then 'The smallest segment holds '
                    || {{ as_text("100 * ranked.smallest_share", 1) }}
                    || ' % of the customers, less than the minimum share of '
                    || {{ as_text("100 * ranked.minimum_share", 1) }} || ' %.'
            when chosen.is_proven and ranked.clusters < chosen.clusters
                then 'Of ' || {{ number_in_words("chosen.clusters") }}
                    || ' segments, too, every two have a valley between them.'
            when chosen.is_proven
                then 'Not every two segments have a valley between them.'
            else 'Simplified silhouette '
                || {{ as_text("ranked.simplified_silhouette") }}
                || ', against ' || {{ as_text("chosen.simplified_silhouette") }}
                || ' at k = ' || cast(chosen.clusters as {{ dbt.type_string() }}) || '.'
        end as verdict,
        ' (simplified silhouette ' || {{ as_text("ranked.simplified_silhouette") }}
            || case
                when ranked.is_proven
                    then '; highest ' || {{ as_text("compared.clearest_silhouette") }}
                        || ' at k = '
                        || cast(compared.clearest_clusters as {{ dbt.type_string() }})
                when compared.next_clusters is null then ''
                else '; next best ' || {{ as_text("compared.next_silhouette") }}
                    || ' at k = '
                    || cast(compared.next_clusters as {{ dbt.type_string() }})
            end
            || case
                when ranked.is_proven or compared.further_ties is null then ''
                else '; also within 0.02: k = ' || compared.further_ties
            end
            || ')' as mention_of_silhouettes,
        case
            when ranked.is_large_enough or not ranked.is_given then ''
            else ' The smallest holds '
                || {{ as_text("100 * ranked.smallest_share", 1) }}
                || ' % of the customers, less than the minimum share of '
                || {{ as_text("100 * ranked.minimum_share", 1) }} || ' %.'
        end as mention_of_size,
        case
            when ranked.clusters = ranked.vectors
                then ' Within each, all customers are alike: there are no more '
                    || 'different ones.'
            else ''
        end as mention_of_vectors,
        case
            when ranked.smallest_segment_stability is null then '.'
            else case
                when ranked.smallest_segment_stability >= 0.75
                    then ', and each is found again when customers are resampled'
                when ranked.smallest_segment_stability >= 0.6
                    then ', and each is mostly found again when customers are resampled'
                else ', but not every one is found again when customers are resampled'
            end || ' (weakest: '
                || {{ as_text("ranked.smallest_segment_stability") }} || ').'
        end as mention_of_stability,
        ranked.clusters,
        ranked.customers,
        case
            when ranked.training_customers = ranked.customers then 'all customers'
            else 'sample of '
                || cast(ranked.training_customers as {{ dbt.type_string() }})
                || ' customers'
        end as training_basis,
        ranked.training_customers,
        ranked.vectors,
        ranked.inertia,
        ranked.simplified_silhouette,
        ranked.silhouette,
        ranked.silhouette_standard_error,
        ranked.davies_bouldin,
        ranked.calinski_harabasz,
        ranked.stability,
        ranked.smallest_segment_stability,
        ranked.smallest_valley,
        ranked.smallest_share,
        ranked.minimum_share,
        ranked.preference = 1 as is_chosen

    from ranked
    inner join chosen
        on ranked.segmentation = chosen.segmentation
    inner join compared
        on ranked.segmentation = compared.segmentation

)

select
    segmentation,
    configuration_hash,
    data_fingerprint,
    case
        when is_chosen
            then verdict || mention_of_silhouettes || mention_of_stability
                || mention_of_size || mention_of_vectors
        else verdict
    end as reason,
    clusters,
    customers,
    training_basis,
    training_customers,
    vectors,
    inertia,
    simplified_silhouette,
    silhouette,
    silhouette_standard_error,
    silhouette_basis,
    davies_bouldin,
    calinski_harabasz,
    stability,
    smallest_segment_stability,
    smallest_valley,
    smallest_share,
    minimum_share,
    is_chosen

from reasoned
