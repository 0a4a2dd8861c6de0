{% set attributes = configured_attributes() %}

with

int_nearest_segments as (

    select * from {{ ref("customer_segmentation", "int_nearest_segments") }}

),

int_champion_segments as (

    select * from {{ ref("customer_segmentation", "int_champion_segments") }}

),

int_segment_names as (

    select * from {{ ref("customer_segmentation", "int_segment_names") }}

),

counted as (

    -- one pass over the customers counts every attribute
    select
        segmentation,
        segment_index,
        group_id,
        {% for attribute in attributes %}
        value__{{ attribute.name }},
        grouping(value__{{ attribute.name }}) as {{ attribute.name }}__is_absent,
        {% endfor %}
        count(*) as customers

    from int_nearest_segments
    group by grouping sets (
        (segmentation, segment_index, group_id)
        {%- for attribute in attributes %},
        (segmentation, segment_index, group_id, value__{{ attribute.name }})
        {%- endfor %}
    )

),

named as (

    {{ name_places("counted", "int_champion_segments", "int_segment_names") }}

),

unpivoted as (

    {% for attribute in attributes %}
    select
        segmentation,
        segment_id,
        segment_name,
        '{{ attribute.name }}' as attribute,
        {{ quoted_text(attribute.label) }} as label,
        coalesce(value__{{ attribute.name }}, '(missing)') as value,
        customers

    from named
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

    from named
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
