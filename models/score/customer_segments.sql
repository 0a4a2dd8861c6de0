{% set segmentations = configured_segmentations() %}

with

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

int_customers_scored as (

    select * from {{ ref("customer_segmentation", "int_customers_scored") }}

),

int_champion_segments as (

    select * from {{ ref("customer_segmentation", "int_champion_segments") }}

),

int_segment_names as (

    select * from {{ ref("customer_segmentation", "int_segment_names") }}

),

members as (

    select
        scored.customer_id,
        scored.segmentation,
        own.segment_id,
        own.segment_name,
        following.segment_id as next_segment_id,
        scored.fit_id,
        scored.distance,
        scored.next_distance

    from int_customers_scored as scored
    inner join int_champion_segments as own
        on scored.fit_id = own.fit_id
        and scored.slot = own.segment_index
    inner join int_champion_segments as following
        on scored.fit_id = following.fit_id
        and scored.next_slot = following.segment_index

),

placed as (

    {% for segmentation in segmentations %}
    {% if segmentation.kind == "kmeans" %}
    select
        customer_features.customer_id,
        '{{ segmentation.name }}' as segmentation,
        members.segment_id,
        members.segment_name,
        members.next_segment_id,
        members.fit_id,
        members.distance,
        members.next_distance

    from customer_features
    left join members
        on customer_features.customer_id = members.customer_id
        and members.segmentation = '{{ segmentation.name }}'
    {% else %}
    select
        grouped.customer_id,
        '{{ segmentation.name }}' as segmentation,
        grouped.segment_id,
        int_segment_names.segment_name,
        cast(null as {{ dbt.type_string() }}) as next_segment_id,
        cast(null as {{ dbt.type_string() }}) as fit_id,
        cast(null as double) as distance,
        cast(null as double) as next_distance

    from (
        select
            customer_id,
            case when {{ segmentation.where }}
                then {{ adapter.quote(segmentation.by) }} end as segment_id

        from customer_features
    ) as grouped
    left join int_segment_names
        on int_segment_names.segmentation = '{{ segmentation.name }}'
        and grouped.segment_id = int_segment_names.segment_id
    {% endif %}

    {{ "union all" if not loop.last }}
    {% endfor %}

)

select
    customer_id,
    segmentation,
    coalesce(segment_id, 'unassigned') as segment_id,
    coalesce(segment_name, segment_id, 'Unassigned') as segment_name,
    next_segment_id,
    fit_id,
    distance,
    case
        when next_distance > 0 then (next_distance - distance) / next_distance
        when next_distance = 0 then 0
    end as margin,
    {{ run_timestamp() }} as scored_at

from placed
