{{ config(materialized="view") }}

{% set segmentations = configured_segmentations() %}
{% set columns = described_columns() %}

with

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

    from {{ ref("customer_segmentation", "int_customers_scored") }} as scored
    left join {{ ref("customer_segmentation", "int_champion_segments") }} as own
        on own.segmentation = '{{ segmentation.name }}'
        and scored.slot = own.segment_index
    where scored.segmentation = '{{ segmentation.name }}'
    {% else %}
    select
        grouped.customer_id,
        '{{ segmentation.name }}' as segmentation,
        grouped.segment_id,
        named_groups.segment_name
        {%- for column in columns %},
        grouped.{{ adapter.quote(column.name) }} as value__{{ column.name }}
        {%- endfor %}

    from (
        select
            *,
            case when {{ segmentation.where }}
                then {{ adapter.quote(segmentation.by) }} end as segment_id

        from {{ ref("customer_segmentation", "customer_features") }}
    ) as grouped
    left join {{ ref("customer_segmentation", "int_segment_names") }} as named_groups
        on named_groups.segmentation = '{{ segmentation.name }}'
        and grouped.segment_id = named_groups.segment_id
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
