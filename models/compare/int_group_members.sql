{{ config(materialized="view") }}

{# An attribute that is also a segmentation would appear twice, so it is left out. #}
{% set used = configured_segmentations("grouping")
    | selectattr("where", "equalto", "true") | map(attribute="by") | list %}
{% set attributes = configured_attributes() | rejectattr("name", "in", used) | list %}

with

customer_segments as (

    select * from {{ ref("customer_segmentation", "customer_segments") }}

),

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

int_segmentations as (

    select * from {{ ref("customer_segmentation", "int_segmentations") }}

),

members as (

    select
        customer_segments.customer_id,
        int_segmentations.kind,
        customer_segments.segmentation as divided_by,
        customer_segments.segment_id as group_id

    from customer_segments
    inner join int_segmentations
        on customer_segments.segmentation = int_segmentations.segmentation
    where customer_segments.segment_id != 'unassigned'

    {% for attribute in attributes %}
    union all

    select
        customer_features.customer_id,
        'attribute' as kind,
        '{{ attribute.name }}' as divided_by,
        customer_features.{{ adapter.quote(attribute.name) }} as group_id

    from customer_features
    where customer_features.{{ adapter.quote(attribute.name) }} is not null
    {% endfor %}

)

select * from members
