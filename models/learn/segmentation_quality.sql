with

int_ranked_candidates as (

    select * from {{ ref("customer_segmentation", "int_ranked_candidates") }}

),

chosen as (

    select * from int_ranked_candidates
    where preference = 1

),

comparable as (

    -- Another candidate is an alternative only if its segments pass the tests of size and
    -- stability that the chosen one passes.
    select
        ranked.*,
        ranked.is_large_enough
        and (ranked.is_found_again or not chosen.is_found_again) as is_comparable

    from int_ranked_candidates as ranked
    inner join chosen
        on ranked.segmentation = chosen.segmentation

),

compared as (

    -- Differences of silhouettes below 0.02 are within their noise.
    select
        ranked.segmentation,
        min(case when ranked.preference = 2 and ranked.is_comparable
            then ranked.simplified_silhouette end) as next_silhouette,
        min(case when ranked.preference = 2 and ranked.is_comparable
            then ranked.clusters end) as next_clusters,
        min(case when ranked.silhouette_rank = 1
            then ranked.simplified_silhouette end) as clearest_silhouette,
        min(case when ranked.silhouette_rank = 1
            then ranked.clusters end) as clearest_clusters,
        max(case when not ranked.is_large_enough
            then ranked.simplified_silhouette end) as highest_of_too_small,
        max(case when ranked.is_large_enough and not ranked.is_found_again
            then ranked.simplified_silhouette end) as highest_of_not_found_again,
        max(case when abs(ranked.clusters - chosen.clusters) = 1
            then ranked.simplified_silhouette end) as silhouette_beside,
        {{ dbt.listagg(
            "case when ranked.is_comparable and ranked.preference > 1"
            ~ " and ranked.simplified_silhouette > chosen.simplified_silhouette - 0.02"
            ~ " then cast(ranked.clusters as " ~ dbt.type_string() ~ ") end",
            "', '", "order by ranked.clusters",
        ) }} as near_ties,
        min(case when ranked.is_comparable and ranked.preference > 1
            and ranked.simplified_silhouette > chosen.simplified_silhouette - 0.02
            then ranked.clusters end) as first_near_tie

    from comparable as ranked
    inner join chosen
        on ranked.segmentation = chosen.segmentation
    group by ranked.segmentation

),

phrased as (

    select
        ranked.*,
        chosen.clusters as chosen_clusters,
        chosen.simplified_silhouette as chosen_silhouette,
        chosen.is_found_again as chosen_is_found_again,
        chosen.is_proven as chosen_is_proven,
        compared.next_silhouette,
        compared.next_clusters,
        compared.clearest_silhouette,
        compared.clearest_clusters,
        compared.near_ties,
        compared.first_near_tie,
        coalesce(compared.highest_of_too_small > chosen.simplified_silhouette, false)
            as is_too_small_clearer,
        chosen.is_found_again and coalesce(
            compared.highest_of_not_found_again > chosen.simplified_silhouette, false
        ) as is_not_found_again_clearer,
        chosen.clusters in (chosen.minimum_clusters, chosen.maximum_clusters)
        and chosen.clusters > 2
        and coalesce(
            chosen.simplified_silhouette > compared.silhouette_beside, false
        ) as is_end_of_rise,
        {{ number_in_words("ranked.clusters") }} as number,
        {{ number_in_words("ranked.clusters", capitalized=true) }} as number_first,
        {{ number_in_words("chosen.clusters") }} as chosen_number

    from int_ranked_candidates as ranked
    inner join chosen
        on ranked.segmentation = chosen.segmentation
    inner join compared
        on ranked.segmentation = compared.segmentation

),

reasoned as (

    select
        *,
        case
            when preference = 1 and is_given
                then 'The configuration asks for ' || number || ' segments'
            when preference = 1 and not is_large_enough
                then 'No number of segments keeps every one at or above the minimum '
                    || 'share of ' || {{ as_text("100 * minimum_share", 1) }} || ' %; '
                    || number || ' segments stand apart best'
            when preference = 1 and is_proven
                then number_first || ' segments are the most of which every two have a '
                    || 'valley between them'
            when preference = 1 and is_too_small_clearer and is_not_found_again_clearer
                then 'Among the numbers that keep every segment large enough and of '
                    || 'which every one is found again, ' || number
                    || ' segments stand apart best'
            when preference = 1 and is_too_small_clearer
                then 'Among the numbers that keep every segment large enough, '
                    || number || ' segments stand apart best'
            when preference = 1 and is_not_found_again_clearer
                then 'Among the numbers of which every segment is found again, '
                    || number || ' segments stand apart best'
            when preference = 1
                then number_first || ' segments stand apart best'
            when not is_large_enough
                then 'The smallest segment holds '
                    || {{ as_text("100 * smallest_share", 1) }}
                    || ' % of the customers, less than the minimum share of '
                    || {{ as_text("100 * minimum_share", 1) }} || ' %.'
            when not is_found_again and chosen_is_found_again
                then 'Not every segment is found again when customers are resampled '
                    || '(weakest: ' || {{ as_text("smallest_segment_stability") }}
                    || ').'
            when chosen_is_proven and smallest_valley >= 1
                then 'Every two have a valley between them, but of ' || chosen_number
                    || ' segments, too.'
            when chosen_is_proven
                then 'Not every two segments have a valley between them; of '
                    || chosen_number || ' segments they have.'
            else 'Simplified silhouette ' || {{ as_text("simplified_silhouette") }}
                || ', against ' || {{ as_text("chosen_silhouette") }}
                || ' at k = ' || cast(chosen_clusters as {{ dbt.type_string() }}) || '.'
        end as verdict,
        ' (simplified silhouette ' || {{ as_text("simplified_silhouette") }}
            || case
                when is_proven
                    then '; highest ' || {{ as_text("clearest_silhouette") }}
                        || ' at k = '
                        || cast(clearest_clusters as {{ dbt.type_string() }})
                when next_clusters is null then ''
                else '; next best ' || {{ as_text("next_silhouette") }}
                    || ' at k = ' || cast(next_clusters as {{ dbt.type_string() }})
            end || ')' as mention_of_silhouettes,
        case
            when smallest_segment_stability is null then '.'
            else case
                when smallest_segment_stability >= 0.75
                    then ', and each is found again when customers are resampled'
                when is_found_again
                    then ', and each is mostly found again when customers are resampled'
                else ', but not every one is found again when customers are resampled'
            end || ' (weakest: ' || {{ as_text("smallest_segment_stability") }} || ').'
        end as mention_of_stability,
        case
            when is_large_enough or not is_given then ''
            else ' The smallest holds ' || {{ as_text("100 * smallest_share", 1) }}
                || ' % of the customers, less than the minimum share of '
                || {{ as_text("100 * minimum_share", 1) }} || ' %.'
        end as mention_of_size,
        case
            when is_proven or is_given or near_ties is null then ''
            else ' Nearly as clear (within 0.02): k = ' || near_ties
                || '; to take one, add clusters: '
                || cast(first_near_tie as {{ dbt.type_string() }})
                || ' to the segmentation.'
        end as mention_of_ties,
        case
            when is_given or not is_end_of_rise then ''
            when clusters = maximum_clusters
                then ' No more than ' || number || ' were asked for, and the silhouette '
                    || 'still rises: ask for more, or look whether a category or '
                    || 'feature of few values cuts the customers into cells.'
            else ' No fewer than ' || number || ' were asked for, and the silhouette '
                || 'still rises towards fewer.'
        end as mention_of_range,
        case
            when clusters = vectors
                then ' Within each, all customers are alike: there are no more '
                    || 'different ones.'
            else ''
        end as mention_of_vectors

    from phrased

)

select
    segmentation,
    configuration_hash,
    data_fingerprint,
    case
        when preference = 1
            then verdict || mention_of_silhouettes || mention_of_stability
                || mention_of_size || mention_of_ties || mention_of_range
                || mention_of_vectors
        else verdict
    end as reason,
    clusters,
    customers,
    case
        when training_customers = customers then 'all customers'
        else 'sample of ' || cast(training_customers as {{ dbt.type_string() }})
            || ' customers'
    end as training_basis,
    training_customers,
    vectors,
    inertia,
    simplified_silhouette,
    silhouette,
    silhouette_standard_error,
    case
        when silhouette_vectors = vectors and training_customers = customers
            then 'exact'
        else 'sample of ' || cast(silhouette_vectors as {{ dbt.type_string() }})
            || ' vectors'
    end as silhouette_basis,
    davies_bouldin,
    calinski_harabasz,
    stability,
    smallest_segment_stability,
    smallest_valley,
    smallest_share,
    minimum_share,
    preference = 1 as is_chosen

from reasoned
