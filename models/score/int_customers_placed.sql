{{ config(materialized="view") }}

{% set segmentations = configured_segmentations() %}
{% set columns = described_columns() %}

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

placed as (

    {% for segmentation in segmentations %}
    {% if segmentation.kind == "kmeans" %}
    select
        scored.customer_id,
        scored.segmentation,
        own.segment_id,
        own.segment_name,
        following.segment_id as next_segment_id,
        {% for column in columns %}
        scored.value__{{ column.name }},
        {% endfor %}
        scored.fit_id,
        scored.distance,
        scored.next_distance

    from int_customers_scored as scored
    left join int_champion_segments as own
        on own.segmentation = '{{ segmentation.name }}'
        and scored.slot = own.segment_index
    left join int_champion_segments as following
        on following.segmentation = '{{ segmentation.name }}'
        and scored.next_slot = following.segment_index
    where scored.segmentation = '{{ segmentation.name }}'
    {% else %}
    select
        grouped.customer_id,
        '{{ segmentation.name }}' as segmentation,
        grouped.segment_id,
        int_segment_names.segment_name,
        cast(null as {{ dbt.type_string() }}) as next_segment_id,
        {% for column in columns %}
        grouped.{{ adapter.quote(column.name) }} as value__{{ column.name }},
        {% endfor %}
        cast(null as {{ dbt.type_string() }}) as fit_id,
        cast(null as double) as distance,
        cast(null as double) as next_distance

    from (
        select
            *,
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
    {% for column in columns %}
    value__{{ column.name }},
    {% endfor %}
    fit_id,
    distance,
    case
        when next_distance > 0 then (next_distance - distance) / next_distance
        when next_distance = 0 then 0
    end as margin

from placed
