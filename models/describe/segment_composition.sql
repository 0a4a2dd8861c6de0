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
        {{ columns_for_each(attributes, [
            "value__{name}",
            "grouping(value__{name}) as {name}__is_absent",
        ]) ~ "," if attributes }}
        count(*) as customers

    from int_nearest_segments
    group by grouping sets (
        {{ (["(segmentation, segment_index, group_id)"] + for_each(
            attributes, "(segmentation, segment_index, group_id, value__{name})"
        )) | join(",\n        ") }}
    )

),

named as (

    {{ name_places("counted", "int_champion_segments", "int_segment_names") }}

),

unpivoted as (

    -- The last line is filtered out below. It gives the columns their types if no
    -- attribute is configured.
    select
        segmentation,
        segment_id,
        segment_name,
        customers,
        {{ unnested(for_each(attributes, {
            "attribute": "{'name'}",
            "label": "{'label'}",
            "value": "coalesce(value__{name}, '(missing)')",
            "is_absent": "{name}__is_absent",
        }) + [{
            "attribute": "''", "label": "''", "value": "''", "is_absent": "1",
        }]) }} as line

    from named

),

counted_by_value as (

    select
        segmentation,
        segment_id,
        segment_name,
        line.attribute,
        line.label,
        line.value,
        customers

    from unpivoted
    where line.is_absent = 0

),

with_totals as (

    select * from counted_by_value

    union all

    select
        segmentation,
        'all' as segment_id,
        'All customers' as segment_name,
        attribute,
        label,
        value,
        sum(customers) as customers

    from counted_by_value
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
