{% set attributes = configured_attributes() %}

with

customer_segments as (

    select * from {{ ref("customer_segmentation", "customer_segments") }}

),

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

counted as (

    -- one pass over the customers counts every attribute
    select
        customer_segments.segmentation,
        customer_segments.segment_id,
        customer_segments.segment_name,
        {% for attribute in attributes %}
        customer_features.{{ adapter.quote(attribute.name) }},
        grouping(customer_features.{{ adapter.quote(attribute.name) }})
            as {{ attribute.name }}__is_absent,
        {% endfor %}
        count(*) as customers

    from customer_segments
    inner join customer_features
        on customer_segments.customer_id = customer_features.customer_id
    group by grouping sets (
        (
            customer_segments.segmentation,
            customer_segments.segment_id,
            customer_segments.segment_name
        )
        {%- for attribute in attributes %},
        (
            customer_segments.segmentation,
            customer_segments.segment_id,
            customer_segments.segment_name,
            customer_features.{{ adapter.quote(attribute.name) }}
        )
        {%- endfor %}
    )

),

unpivoted as (

    {% for attribute in attributes %}
    select
        segmentation,
        segment_id,
        segment_name,
        '{{ attribute.name }}' as attribute,
        {{ quoted_text(attribute.label) }} as label,
        coalesce({{ adapter.quote(attribute.name) }}, '(missing)') as value,
        customers

    from counted
    where {{ attribute.name }}__is_absent = 0

    {{ "union all" if not loop.last }}
    {% else %}
    select
        segmentation,
        segment_id,
        segment_name,
        '' as attribute,
        '' as label,
        '' as value,
        customers

    from counted
    where false
    {% endfor %}

),

with_totals as (

    select * from unpivoted

    union all

    select
        segmentation,
        'all' as segment_id,
        'All customers' as segment_name,
        attribute,
        label,
        value,
        sum(customers) as customers

    from unpivoted
    group by
        segmentation,
        attribute,
        label,
        value

),

shared as (

    select
        *,
        customers / sum(customers) over (
            partition by segmentation, segment_id, attribute
        ) as share

    from with_totals

)

select
    shared.segmentation,
    shared.segment_id,
    shared.attribute,
    shared.value,
    shared.segment_name,
    shared.label,
    cast(shared.customers as bigint) as customers,
    cast(shared.share as double) as share,
    cast(100 * shared.share / totals.share as double) as index_vs_population

from shared
inner join shared as totals
    on shared.segmentation = totals.segmentation
    and shared.attribute = totals.attribute
    and shared.value = totals.value
    and totals.segment_id = 'all'
