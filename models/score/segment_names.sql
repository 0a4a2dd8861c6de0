{{ config(
    incremental_strategy="append",
    full_refresh=false,
) }}
{% do require_materialized("incremental", "names would change with every build") %}

with

segmentation_fit_centroids as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_centroids") }}

),

int_name_proposals as (

    select * from {{ ref("customer_segmentation", "int_name_proposals") }}

),

base_registry as (

    select * from {{ ref("customer_segmentation", "base_registry") }}

),

base_segment_names as (

    select * from {{ ref("customer_segmentation", "base_segment_names") }}

),

named_here as (

    {% if is_incremental() %}
    select
        segmentation,
        segment_id,
        segment_name,
        origin,
        named_for,
        named_at

    from {{ this }}
    {% else %}
    select
        segmentation,
        segment_id,
        segment_name,
        '' as origin,
        named_for,
        adopted_at as named_at

    from base_registry
    where false
    {% endif %}

),

imported as (

    -- Names of imported fits are matched by fit and id, because in another database the
    -- same id may belong to another segment.
    select distinct
        base_registry.segmentation,
        base_registry.segment_id,
        base_registry.segment_name,
        'generated' as origin,
        base_registry.named_for

    from base_registry
    inner join segmentation_fit_centroids
        on base_registry.fit_id = segmentation_fit_centroids.fit_id
        and base_registry.segment_id = segmentation_fit_centroids.segment_id
    left join named_here
        on base_registry.segmentation = named_here.segmentation
        and base_registry.segment_id = named_here.segment_id
    where
        base_registry.segment_name is not null
        and named_here.segment_id is null

),

named_before as (

    select
        segmentation,
        segment_id,
        segment_name,
        origin

    from named_here

    union all

    select
        segmentation,
        segment_id,
        segment_name,
        origin

    from imported

),

unnamed as (

    select int_name_proposals.*
    from int_name_proposals
    left join named_before
        on int_name_proposals.segmentation = named_before.segmentation
        and int_name_proposals.segment_id = named_before.segment_id
        and named_before.origin = 'generated'
    where named_before.segment_id is null

),

compared as (

    select
        unnamed.*,
        count(*) over (
            partition by unnamed.segmentation, unnamed.short_name
        ) = 1 and not exists (
            select 1 from named_before
            where
                named_before.segmentation = unnamed.segmentation
                and named_before.segment_name = unnamed.short_name
        ) as is_short_name_free,
        count(*) over (
            partition by unnamed.segmentation, unnamed.long_name
        ) = 1 and not exists (
            select 1 from named_before
            where
                named_before.segmentation = unnamed.segmentation
                and named_before.segment_name = unnamed.long_name
        ) as is_long_name_free

    from unnamed

),

generated as (

    select
        segmentation,
        segment_id,
        case
            when is_short_name_free then short_name
            when is_long_name_free then long_name
            else long_name || ' (' || segment_id || ')'
        end as segment_name,
        'generated' as origin,
        case
            when is_short_name_free then short_name_for
            else long_name_for
        end as named_for

    from compared

),

last_given as (

    select
        segmentation,
        segment_id,
        max_by(segment_name, named_at) as segment_name

    from named_here
    where origin = 'given'
    group by
        segmentation,
        segment_id

),

given as (

    -- A name from the user stands for the features of the segment on that day.
    select
        base_segment_names.segmentation,
        base_segment_names.segment_id,
        base_segment_names.segment_name,
        'given' as origin,
        int_name_proposals.short_name_for as named_for

    from base_segment_names
    inner join int_name_proposals
        on base_segment_names.segmentation = int_name_proposals.segmentation
        and base_segment_names.segment_id = int_name_proposals.segment_id
    left join last_given
        on base_segment_names.segmentation = last_given.segmentation
        and base_segment_names.segment_id = last_given.segment_id
    where base_segment_names.segment_name != coalesce(last_given.segment_name, '')

),

new_names as (

    select * from imported

    union all

    select * from generated

    union all

    select * from given

)

select
    segmentation,
    segment_id,
    segment_name,
    origin,
    named_for,
    {{ run_timestamp() }} as named_at

from new_names
