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

int_segment_names as (

    select * from {{ ref("customer_segmentation", "int_segment_names") }}

),

int_features as (

    select * from {{ ref("customer_segmentation", "int_features") }}

),

labeled_centroids as (

    select
        centroids.segmentation,
        centroids.segment_id,
        centroids.centroid_value,
        centroids.standard_score,
        centroids.stability,
        lower(substring(int_features.label, 1, 1)) || substring(int_features.label, 2)
            as label,
        case when int_features.unit = '' then '' else ' ' || int_features.unit end
            as unit

    from segmentation_fit_centroids as centroids
    inner join int_features
        on centroids.feature = int_features.feature

),

centroid_phrases as (

    select
        segmentation,
        segment_id,
        standard_score,
        stability,
        label || ' ' || {{ as_text("centroid_value", 1) }} || unit || ' ('
            || case
                when abs(standard_score) < 0.5 then 'about average'
                when standard_score >= 1.5 then 'very high'
                when standard_score > 0 then 'high'
                when standard_score <= -1.5 then 'very low'
                else 'low'
            end || ')' as phrase

    from labeled_centroids

),

descriptions as (

    select
        segmentation,
        segment_id,
        max(stability) as stability,
        'Typically: ' || {{ dbt.listagg(
            "phrase", "', '", "order by abs(standard_score) desc, phrase"
        ) }} || '.' as description

    from centroid_phrases
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
        -- totals with both signs have no shares: one could be 962 %
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
            else shared.segmentation || ' is ' || shared.segment_id || '.'
        end
    ) as description,
    int_segment_names.strategy,
    shared.customers,
    cast(shared.share as double) as share,
    shared.mean_distance,
    shared.simplified_silhouette,
    descriptions.stability,
    int_champion_segments.is_name_outdated
    {%- for measure in measures %},
    shared.{{ measure.name }}_total,
    shared.{{ measure.name }}_share
    {%- endfor %}

from shared
left join descriptions
    on shared.segmentation = descriptions.segmentation
    and shared.segment_id = descriptions.segment_id
left join int_champion_segments
    on shared.segmentation = int_champion_segments.segmentation
    and shared.segment_id = int_champion_segments.segment_id
left join int_segment_names
    on shared.segmentation = int_segment_names.segmentation
    and shared.segment_id = int_segment_names.segment_id
