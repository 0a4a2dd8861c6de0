with

segment_overlap as (

    select * from {{ ref("customer_segmentation", "segment_overlap") }}

),

assigned as (

    -- Pairs without common customers are left out: they add nothing to the sums below.
    select
        segmentation,
        other_segmentation,
        segment_id,
        other_segment_id,
        customers

    from segment_overlap
    where
        segment_id != 'unassigned'
        and other_segment_id != 'unassigned'
        and customers > 0

),

with_margins as (

    select
        *,
        sum(customers) over (
            partition by segmentation, other_segmentation
        ) as all_customers,
        sum(customers) over (
            partition by segmentation, other_segmentation, segment_id
        ) as segment_customers,
        sum(customers) over (
            partition by segmentation, other_segmentation, other_segment_id
        ) as other_segment_customers

    from assigned

),

summed as (

    -- First the numbers of ordered pairs of customers who share a segment: in both
    -- segmentations, in the first and in the second. Then mutual information and
    -- entropies, in nats.
    select
        segmentation,
        other_segmentation,
        cast(sum(customers) as bigint) as customers,
        cast(sum(customers * (customers - 1)) as double) as pairs_in_both,
        cast(sum(customers * (segment_customers - 1)) as double) as pairs_in_one,
        cast(sum(customers * (other_segment_customers - 1)) as double) as pairs_in_other,
        cast(sum(customers * (all_customers - 1)) as double) as pairs,
        {{ exact_sum(
            "customers / all_customers * ln("
            "customers / segment_customers * all_customers / other_segment_customers)"
        ) }} as information,
        {{ exact_sum(
            "customers / all_customers * ln(all_customers / segment_customers)"
        ) }} as entropy,
        {{ exact_sum(
            "customers / all_customers * ln(all_customers / other_segment_customers)"
        ) }} as other_entropy

    from with_margins
    group by
        segmentation,
        other_segmentation

)

select
    segmentation,
    other_segmentation,
    customers,
    case
        when pairs_in_both = pairs_in_one and pairs_in_both = pairs_in_other then 1
        else (pairs_in_both * pairs - pairs_in_one * pairs_in_other) / (
            (pairs_in_one + pairs_in_other) / 2 * pairs - pairs_in_one * pairs_in_other
        )
    end as adjusted_rand_index,
    case
        when entropy + other_entropy = 0 then 1
        else least(greatest(2 * information / (entropy + other_entropy), 0), 1)
    end as normalized_mutual_information

from summed
