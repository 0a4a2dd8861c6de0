-- The limits at which the checks begin to warn, and the reasons for them.
-- Values beyond four standard deviations make 0.1 % of the variance of a normally
-- distributed feature and 18 % of the variance of an exponentially distributed one.
{% set largest_far_share = "0.25e0" %}
-- Removing the farthest customer of a segment may move the centroid by at most a quarter
-- of the mean distance of the segment's customers to the centroid.
{% set largest_leverage = "0.25e0" %}
-- In the benchmark of customer tables, a feature told nothing about the groups if the
-- segments explained less than this share of its variance.
{% set smallest_explained_share = "0.1e0" %}
-- Share of the variance between segments that comes from values which all customers of a
-- segment have in common. It was 0.5 or more if categories or "active or not" decided the
-- segments, and 0.1 or less if numeric features did.
{% set largest_cell_share = "0.33e0" %}

with

int_segment_names as (

    select * from {{ ref("customer_segmentation", "int_segment_names") }}

),

int_features as (

    select * from {{ ref("customer_segmentation", "int_features") }}

),

int_feature_tails as (

    select * from {{ ref("customer_segmentation", "int_feature_tails") }}

),

feature_moments as (

    select * from {{ ref("customer_segmentation", "int_segment_moments") }}

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
    -- Categories are left out: a rare category is far from the mean, but all categories
    -- of a feature are scaled together.
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

    -- shift: how far a centroid would move without its farthest customer, divided by
    -- the mean distance to the centroid
    select
        feature_moments.segmentation,
        feature_moments.segment_id,
        int_segment_names.segment_name,
        feature_moments.farthest
            / (feature_moments.customers - 1) / feature_moments.mean_distance as shift,
        row_number() over (
            partition by feature_moments.segmentation
            order by
                feature_moments.farthest / (feature_moments.customers - 1)
                    / feature_moments.mean_distance desc,
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

    -- Parts of the variance between the segments and within them. A feature and its
    -- categories have the same block.
    select
        overall_means.segmentation,
        overall_means.segment_id,
        overall_means.position,
        int_features.block,
        case when int_features.block = int_features.feature then int_features.label
            else int_features.block end as label,
        overall_means.customers
            * power(overall_means.mean - overall_means.overall_mean, 2)
            as between_segments,
        overall_means.customers * overall_means.variance as within_segments,
        -- whether all customers of the segment have the same value, apart from rounding
        overall_means.variance
            <= 1e-9 * power(overall_means.mean - overall_means.overall_mean, 2)
            as is_shared

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
            / nullif(sum(within_segments) over all_blocks, 0) as distance_share,
        round(
            sum(case when is_shared then between_segments else 0 end) over all_blocks
                / nullif(sum(between_segments) over all_blocks, 0),
            9
        ) as cell_share,
        min(case when is_shared then label end) over all_blocks as shared_label

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

    -- A segmentation on a single feature is not checked: its segments always explain that
    -- feature.
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

cells as (

    -- the share of the variance between segments that comes from values which all
    -- customers of a segment have in common
    select
        segmentation,
        'cells' as assumption,
        cast(null as {{ dbt.type_string() }}) as subject,
        {{ as_text("100 * cell_share", 1) }} || ' % of what sets the segments apart are '
            || 'values that all customers of a segment share, such as those of "'
            || shared_label || '".' as finding,
        cell_share as figure,
        {{ largest_cell_share }} as threshold,
        cell_share <= {{ largest_cell_share }} as holds

    from ranked_explained
    where
        preference = 1
        and shared_label is not null
        and cell_share is not null

),

measured as (

    select * from outliers

    union all

    select * from leverage

    union all

    select * from idle_feature

    union all

    select * from cells

)

select * from measured
