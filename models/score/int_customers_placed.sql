{{ config(materialized="view") }}

{% set segmentations = configured_segmentations() %}
{% set columns = described_columns() %}

with

placed as (

    {% for segmentation in segmentations %}
    {% if segmentation.kind == "kmeans" %}
    select
        customer_id,
        segmentation,
        slot,
        cast(null as {{ dbt.type_string() }}) as group_id
        {%- for column in columns %},
        value__{{ column.name }}
        {%- endfor %}

    from {{ ref("customer_segmentation", "int_customers_scored") }}
    where segmentation = '{{ segmentation.name }}'
    {% else %}
    select
        customer_id,
        '{{ segmentation.name }}' as segmentation,
        cast(null as {{ dbt.type_int() }}) as slot,
        case when {{ segmentation.where }}
            then {{ adapter.quote(segmentation.by) }} end as group_id
        {%- for column in columns %},
        {{ adapter.quote(column.name) }} as value__{{ column.name }}
        {%- endfor %}

    from {{ ref("customer_segmentation", "customer_features") }}
    {% endif %}

    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from placed
