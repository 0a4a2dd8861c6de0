with

segmentation_fit_centroids as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_centroids") }}
    where is_champion

),

int_segment_names as (

    select * from {{ ref("customer_segmentation", "int_segment_names") }}

),

int_segment_profiles as (

    select
        segmentation,
        segment_id,
        feature,
        deviation,
        case when typical_is = 'share' then typical_value end as share

    from {{ ref("customer_segmentation", "int_segment_profiles") }}

),

compared as (

    -- A feature enters a name at a deviation of 0.5, and the name is outdated below 0.25.
    -- A category enters at a share of 50 % or more (outdated below 45 %), or of 5 % or
    -- less (outdated above 10 %). These gaps keep the name of a segment at the border
    -- valid. Without customers, a segment has no profile, and its name is not judged.
    select
        centroids.segmentation,
        centroids.segment_id,
        centroids.fit_id,
        centroids.segment_index,
        names.segment_name,
        names.strategy,
        names.named_for,
        max(abs(profiles.deviation)) as distinctiveness,
        count(case
            {% for sign, holds in [
                ("+", ">= 0.25 and coalesce(profiles.share, 1) >= 0.45"),
                ("-", "<= -0.25 and coalesce(profiles.share, 0) <= 0.1"),
                ("=", "between -0.75 and 0.75"),
            ] %}
            when {{ dbt.position(
                "'," ~ sign ~ "' || centroids.feature || ','",
                "',' || names.named_for || ','",
            ) }} > 0 and coalesce(profiles.deviation {{ holds }}, true)
                then 1
            {% endfor %}
        end) as true_features

    from segmentation_fit_centroids as centroids
    inner join int_segment_names as names
        on centroids.segmentation = names.segmentation
        and centroids.segment_id = names.segment_id
    left join int_segment_profiles as profiles
        on centroids.segmentation = profiles.segmentation
        and centroids.segment_id = profiles.segment_id
        and centroids.feature = profiles.feature
    group by
        centroids.segmentation,
        centroids.segment_id,
        centroids.fit_id,
        centroids.segment_index,
        names.segment_name,
        names.strategy,
        names.named_for

),

counted as (

    select
        *,
        case
            when named_for = '' then 0
            else 1 + length(named_for) - length(replace(named_for, ',', ''))
        end as named_features

    from compared

)

select
    segmentation,
    segment_id,
    fit_id,
    segment_index,
    segment_name,
    strategy,
    case
        when named_features = 0 then coalesce(distinctiveness >= 0.75, false)
        else true_features < named_features
    end as is_name_outdated

from counted
