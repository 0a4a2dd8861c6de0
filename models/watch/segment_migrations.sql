{{ config(
    incremental_strategy="append",
) }}

with

customer_segment_history as (

    select * from {{ ref("customer_segmentation", "customer_segment_history") }}

),

int_segment_names as (

    select * from {{ ref("customer_segmentation", "int_segment_names") }}

),

events as (

    select
        segmentation,
        valid_from as moved_at,
        previous_segment_id as from_segment_id,
        segment_id as to_segment_id,
        cause

    from customer_segment_history

    union all

    select
        segmentation,
        valid_to as moved_at,
        segment_id as from_segment_id,
        cast(null as {{ dbt.type_string() }}) as to_segment_id,
        ending as cause

    from customer_segment_history
    where ending in ('left', 'removed')

),

counted as (

    select
        segmentation,
        moved_at,
        from_segment_id,
        to_segment_id,
        cause,
        count(*) as customers

    from events
    {% if is_incremental() %}
    where moved_at > (
        select coalesce(max(moved_at), cast('1900-01-01' as timestamp)) from {{ this }}
    )
    {% endif %}
    group by
        segmentation,
        moved_at,
        from_segment_id,
        to_segment_id,
        cause

),

builds as (

    select distinct
        segmentation,
        moved_at

    from counted

),

sizes as (

    -- Customers of the segmentation after the build, or before it if the build removed
    -- the segmentation.
    select
        builds.segmentation,
        builds.moved_at,
        count(*) as customers

    from builds
    inner join customer_segment_history as history
        on builds.segmentation = history.segmentation
        and builds.moved_at >= history.valid_from
        and (
            builds.moved_at < coalesce(history.valid_to, cast('9999-12-31' as timestamp))
            or (history.ending = 'removed' and builds.moved_at = history.valid_to)
        )
    group by
        builds.segmentation,
        builds.moved_at

)

select
    counted.segmentation,
    counted.moved_at,
    counted.from_segment_id,
    counted.to_segment_id,
    case
        when counted.from_segment_id = 'unassigned' then 'Unassigned'
        else coalesce(came_from.segment_name, counted.from_segment_id)
    end as from_segment_name,
    case
        when counted.to_segment_id = 'unassigned' then 'Unassigned'
        else coalesce(went_to.segment_name, counted.to_segment_id)
    end as to_segment_name,
    counted.cause,
    counted.customers,
    cast(counted.customers as double) / sizes.customers as share

from counted
inner join sizes
    on counted.segmentation = sizes.segmentation
    and counted.moved_at = sizes.moved_at
left join int_segment_names as came_from
    on counted.segmentation = came_from.segmentation
    and counted.from_segment_id = came_from.segment_id
left join int_segment_names as went_to
    on counted.segmentation = went_to.segmentation
    and counted.to_segment_id = went_to.segment_id
