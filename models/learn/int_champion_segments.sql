with

segmentation_fit_centroids as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_centroids") }}
    where is_champion

),

int_segment_names as (

    select * from {{ ref("customer_segmentation", "int_segment_names") }}

),

compared as (

    -- A name is given at 0.5 standard deviations and outdated below 0.25. The gap keeps
    -- a centroid at the border from changing its name at every fit.
    select
        centroids.segmentation,
        centroids.segment_id,
        centroids.fit_id,
        centroids.segment_index,
        names.segment_name,
        names.strategy,
        names.named_for,
        max(abs(centroids.standard_score)) as distinctiveness,
        count(case
            when {{ dbt.position(
                "',+' || centroids.feature || ','", "',' || names.named_for || ','"
            ) }} > 0 and centroids.standard_score >= 0.25
                then 1
            when {{ dbt.position(
                "',-' || centroids.feature || ','", "',' || names.named_for || ','"
            ) }} > 0 and centroids.standard_score <= -0.25
                then 1
        end) as true_features

    from segmentation_fit_centroids as centroids
    inner join int_segment_names as names
        on centroids.segmentation = names.segmentation
        and centroids.segment_id = names.segment_id
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
        when named_features = 0 then distinctiveness >= 0.75
        else true_features < named_features
    end as is_name_outdated

from counted
