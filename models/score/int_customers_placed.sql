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
        own.segment_name
        {%- for column in columns %},
        scored.value__{{ column.name }}
        {%- endfor %}

    from int_customers_scored as scored
    left join int_champion_segments as own
        on own.segmentation = '{{ segmentation.name }}'
        and scored.slot = own.segment_index
    where scored.segmentation = '{{ segmentation.name }}'
    {% else %}
    select
        grouped.customer_id,
        '{{ segmentation.name }}' as segmentation,
        grouped.segment_id,
        int_segment_names.segment_name
        {%- for column in columns %},
        grouped.{{ adapter.quote(column.name) }} as value__{{ column.name }}
        {%- endfor %}

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
    coalesce(segment_name, segment_id, 'Unassigned') as segment_name
    {%- for column in columns %},
    value__{{ column.name }}
    {%- endfor %}

from placed
