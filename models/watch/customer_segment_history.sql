{{ config(
    incremental_strategy="merge",
    unique_key=["customer_id", "segmentation", "valid_from"],
    full_refresh=false,
    pre_hook=before_begin("{{ take_id_type() }}"),
) }}
{% do require_materialized("incremental", "the history would be lost") %}

with

customer_segments as (

    select * from {{ ref("customer_segmentation", "customer_segments") }}

),

int_champion_changes as (

    select * from {{ ref("customer_segmentation", "int_champion_changes") }}

),

int_customers_rescored as (

    select * from {{ ref("customer_segmentation", "int_customers_rescored") }}

),

known as (

    {% if is_incremental() %}
    -- If a configured segmentation has no customers today, its stays remain open: a
    -- build without data must not end the stays of all customers.
    select *
    from {{ this }}
    where
        is_current
        and (
            segmentation in (select customer_segments.segmentation from customer_segments)
            or (
                exists (select 1 from customer_segments)
                and segmentation not in (
                    select int_champion_changes.segmentation from int_champion_changes
                )
            )
        )
    {% else %}
    select
        customer_id,
        segmentation,
        segment_id,
        cast(null as {{ dbt.type_string() }}) as previous_segment_id,
        fit_id,
        cast(null as {{ dbt.type_string() }}) as cause,
        scored_at as valid_from

    from customer_segments
    where false
    {% endif %}

),

changed as (

    select
        coalesce(customer_segments.customer_id, known.customer_id) as customer_id,
        coalesce(customer_segments.segmentation, known.segmentation) as segmentation,
        known.segment_id as known_segment_id,
        known.previous_segment_id as known_previous_segment_id,
        known.fit_id as known_fit_id,
        known.cause as known_cause,
        known.valid_from as known_from,
        customer_segments.segment_id,
        customer_segments.fit_id

    from customer_segments
    full outer join known
        on customer_segments.customer_id = known.customer_id
        and customer_segments.segmentation = known.segmentation
    where
        customer_segments.segment_id is null
        or known.segment_id is null
        or customer_segments.segment_id != known.segment_id

),

rescored as (

    -- The segments that the replaced champion gives to today's values show whether a
    -- customer has moved because of new values or because of the refit.
    select
        changed.*,
        int_champion_changes.segmentation is not null as is_configured,
        int_champion_changes.is_reconfigured,
        case
            when int_champion_changes.is_refitted
                then coalesce(int_customers_rescored.segment_id, 'unassigned')
            else changed.segment_id
        end as segment_id_before_refit

    from changed
    left join int_champion_changes
        on changed.segmentation = int_champion_changes.segmentation
    left join int_customers_rescored
        on changed.customer_id = int_customers_rescored.customer_id
        and changed.segmentation = int_customers_rescored.segmentation

),

closed as (

    select
        customer_id,
        segmentation,
        known_segment_id as segment_id,
        known_previous_segment_id as previous_segment_id,
        known_fit_id as fit_id,
        known_cause as cause,
        case
            when not is_configured then 'removed'
            when segment_id is null then 'left'
            else 'moved'
        end as ending,
        false as is_current,
        known_from as valid_from,
        {{ run_timestamp() }} as valid_to

    from rescored
    where known_segment_id is not null

),

opened as (

    select
        customer_id,
        segmentation,
        segment_id,
        known_segment_id as previous_segment_id,
        fit_id,
        case
            when known_segment_id is null then 'joined'
            when is_reconfigured then 'model'
            when segment_id = segment_id_before_refit then 'customer'
            when known_segment_id = segment_id_before_refit then 'model'
            else 'both'
        end as cause,
        cast(null as {{ dbt.type_string() }}) as ending,
        true as is_current,
        {{ run_timestamp() }} as valid_from,
        cast(null as timestamp) as valid_to

    from rescored
    where segment_id is not null

),

changes as (

    select * from closed

    union all

    select * from opened

)

select * from changes
