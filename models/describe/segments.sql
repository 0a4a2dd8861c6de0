{% set measures = configured_measures() %}

with

int_segment_summaries as (

    select * from {{ ref("customer_segmentation", "int_segment_summaries") }}

),

segmentation_fit_centroids as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_centroids") }}
    where is_champion

),

int_champion_segments as (

    select * from {{ ref("customer_segmentation", "int_champion_segments") }}

),

int_data_as_of as (

    select * from {{ ref("customer_segmentation", "int_data_as_of") }}

),

int_segment_names as (

    select * from {{ ref("customer_segmentation", "int_segment_names") }}

),

int_segment_profiles as (

    select * from {{ ref("customer_segmentation", "int_segment_profiles") }}

),

best_of_block as (

    -- A description mentions one category of a block: one that most customers have, or
    -- else the one that distinguishes the segment most.
    select
        centroids.segmentation,
        centroids.segment_id,
        centroids.feature,
        profiles.phrase,
        profiles.side,
        profiles.telling,
        case when profiles.side = 'average' then 1 else 0 end as is_average,
        row_number() over (
            partition by centroids.segmentation, centroids.segment_id, profiles.block
            order by
                case
                    when profiles.typical_is = 'share'
                        and profiles.typical_value >= 0.5
                        and profiles.side = 'high'
                        then 0
                    when profiles.side in ('high', 'low') then 1
                    when profiles.side = 'average' then 2
                    else 3
                end,
                profiles.telling desc,
                centroids.feature
        ) as place

    from segmentation_fit_centroids as centroids
    inner join int_segment_profiles as profiles
        on centroids.segmentation = profiles.segmentation
        and centroids.segment_id = profiles.segment_id
        and centroids.feature = profiles.feature

),

ranked as (

    select
        *,
        min(is_average) over (partition by segmentation, segment_id) as is_all_average,
        row_number() over (
            partition by segmentation, segment_id, is_average
            order by telling desc, feature
        ) as position

    from best_of_block
    where
        place = 1
        and side is not null

),

descriptions as (

    select
        segmentation,
        segment_id,
        case when max(is_all_average) = 1 then 'Average customers' else 'Typically' end
            || ': ' || {{ dbt.listagg("phrase", "', '", "order by position") }}
            || '.' as description

    from ranked
    where
        position <= 5
        and is_average = is_all_average
    group by
        segmentation,
        segment_id

),

stabilities as (

    select
        segmentation,
        segment_id,
        max(stability) as stability

    from segmentation_fit_centroids
    group by
        segmentation,
        segment_id

),

shared as (

    select
        segmentation,
        segment_id,
        segment_name,
        customers,
        {% for measure in measures %}
        {{ measure.name }}__total as {{ measure.name }}_total,
        -- Totals of different signs have no shares, because a share could exceed 100 %.
        case
            when min({{ measure.name }}__total) over all_segments >= 0
                or max({{ measure.name }}__total) over all_segments <= 0
                then {{ measure.name }}__total
                    / nullif(sum({{ measure.name }}__total) over all_segments, 0)
        end as {{ measure.name }}_share,
        {% endfor %}
        mean_distance,
        simplified_silhouette,
        customers / sum(customers) over all_segments as share

    from int_segment_summaries
    window all_segments as (
        partition by segmentation
        order by segment_id
        rows between unbounded preceding and unbounded following
    )

)

select
    shared.segmentation,
    shared.segment_id,
    shared.segment_name,
    coalesce(
        descriptions.description,
        case
            when shared.segment_id = 'unassigned'
                then 'Customers who take no part in this segmentation.'
            when stabilities.segment_id is not null
                then 'Too few customers to tell what sets them apart.'
            else shared.segmentation || ' is ' || shared.segment_id || '.'
        end
    ) as description,
    int_segment_names.strategy,
    shared.customers,
    cast(shared.share as double) as share,
    shared.mean_distance,
    shared.simplified_silhouette,
    stabilities.stability,
    int_champion_segments.is_name_outdated,
    int_data_as_of.data_as_of
    {%- for measure in measures %},
    shared.{{ measure.name }}_total,
    shared.{{ measure.name }}_share
    {%- endfor %}

from shared
cross join int_data_as_of
left join descriptions
    on shared.segmentation = descriptions.segmentation
    and shared.segment_id = descriptions.segment_id
left join stabilities
    on shared.segmentation = stabilities.segmentation
    and shared.segment_id = stabilities.segment_id
left join int_champion_segments
    on shared.segmentation = int_champion_segments.segmentation
    and shared.segment_id = int_champion_segments.segment_id
left join int_segment_names
    on shared.segmentation = int_segment_names.segmentation
    and shared.segment_id = int_segment_names.segment_id
