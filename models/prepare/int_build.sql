{% set id_type = segmentation_setting("segmentation_customer_id_type") %}
{% set history = earlier_relation("customer_segment_history") %}
{% set registry = earlier_relation("kmeans_fits") %}
{% set latest_times = {
    "customer_segment_history": "greatest(max(valid_from), max(valid_to))",
    "int_customer_scores": "max(scored_at)",
    "kmeans_fits": "max(adopted_at)",
    "segment_names": "max(named_at)",
    "segmentation_champions": "max(champion_since)",
} %}

-- This check stops the build before any table is replaced. It reads tables of earlier
-- builds without ref(), because they depend on this model.
with

base_registry as (

    select * from {{ ref("customer_segmentation", "base_registry") }}

),

earlier_times as (

    -- Imported fits may come from a computer whose clock is ahead of this one.
    select max(adopted_at) as written_at
    from base_registry
    {% if registry %}
    where not exists (select 1 from {{ registry }})
    {% endif %}

    {% for table, latest_time in latest_times.items() if earlier_relation(table) %}
    union all

    select {{ latest_time }} as written_at
    from {{ earlier_relation(table) }}

    {% endfor %}

),

latest as (

    select max(written_at) as written_at
    from earlier_times

),

remembered as (

    {% if history %}
    select
        lower({{ type_of("max(customer_id)") }}) as id_type,
        lower({{ type_of("cast(null as " ~ id_type ~ ")") }}) as new_id_type,
        count(case
            -- types such as integer, bigint and hugeint
            when lower({{ type_of("customer_id") }}) like '%int%'
                and try_cast(customer_id as {{ id_type }}) is null
                then 1
        end) as ids_too_large,
        count(case when valid_to <= valid_from then 1 end) as reversed_stays

    from {{ history }}
    {% else %}
    select
        '' as id_type,
        '' as new_id_type,
        0 as ids_too_large,
        0 as reversed_stays
    {% endif %}

),

checked as (

    -- Another integer type keeps the same ids, so the history only changes its type.
    select
        case
            when id_type != new_id_type and (
                id_type not like '%int%'
                or new_id_type not like '%int%'
                or ids_too_large > 0
            )
                then {{ stop_build(
                "'The ids in customer_segment_history are of the type ' || id_type"
                ~ " || ', but segmentation_customer_id_type is now '"
                ~ " || " ~ quoted_text(id_type) ~ " || ', so that nobody would be found'"
                ~ " || ' again. Set it back to ' || id_type"
                ~ " || ', or begin a new history: dbt run-operation drop_history'"
            ) }}
            when reversed_stays > 0 then {{ stop_build(
                "reversed_stays || ' stays in customer_segment_history end before they'"
                ~ " || ' begin: a build ran while the clock was set back. Give them the'"
                ~ " || ' order in which they happened: dbt run-operation mend_history'"
            ) }}
            else true
        end as is_history_sound

    from remembered

)

select
    {{ quoted_text(invocation_id) }} as invocation_id,
    greatest(
        {{ clock() }},
        coalesce({{ dbt.dateadd("microsecond", 1, "latest.written_at") }}, {{ clock() }})
    ) as started_at

from checked
cross join latest
where checked.is_history_sound
