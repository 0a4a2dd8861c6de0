-- `unassigned` and `all` are segments of every segmentation; as values of an attribute
-- they would be counted twice. Rename them in its `expression`.
{% set attributes = configured_attributes() %}

with

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

clashes as (

    {% for attribute in attributes %}
    {% set value = "customer_features." ~ adapter.quote(attribute.name) %}
    select
        '{{ attribute.name }}' as attribute,
        {{ value }} as reserved_value

    from customer_features
    where {{ value }} in ('unassigned', 'all', '(missing)')

    {{ "union all" if not loop.last }}
    {% else %}
    select null as attribute where false
    {% endfor %}

)

select * from clashes
