{{ config(
    incremental_strategy="append",
    full_refresh=false,
) }}
{% do require_materialized("incremental", "names would change with every build") %}

{% set features = configured_features() %}

with

segmentation_fit_centroids as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_centroids") }}

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

    -- names of imported fits; an id alone may mean another segment over there
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

phrased as (

    -- only what sets the segment apart has a phrase
    select
        segmentation,
        segment_id,
        feature,
        case when standard_score < 0 then '-' else '+' end || feature as signed_feature,
        abs(standard_score) as distinctiveness,
        case feature
            {%- for feature in features %}
            when '{{ feature.name }}' then {{ segment_phrase(feature, "standard_score") }}
            {%- endfor %}
        end as phrase

    from segmentation_fit_centroids
    where is_champion

),

ranked as (

    select
        *,
        row_number() over (
            partition by segmentation, segment_id
            order by distinctiveness desc, feature
        ) as position

    from phrased

),

composed as (

    -- the longer name is for the case that the shorter one is taken
    select
        segmentation,
        segment_id,
        coalesce({{ dbt.listagg(
            "case when position <= 2 then phrase end",
            "', '", "order by position",
        ) }}, 'average customers') as short_name,
        coalesce({{ dbt.listagg(
            "case when position <= 2 and phrase is not null then signed_feature end",
            "','", "order by position",
        ) }}, '') as short_name_for,
        coalesce({{ dbt.listagg(
            "phrase", "', '", "order by position",
        ) }}, 'average customers') as long_name,
        coalesce({{ dbt.listagg(
            "case when phrase is not null then signed_feature end",
            "','", "order by position",
        ) }}, '') as long_name_for

    from ranked
    group by
        segmentation,
        segment_id

),

capitalized as (

    select
        segmentation,
        segment_id,
        upper(substring(short_name, 1, 1)) || substring(short_name, 2) as short_name,
        short_name_for,
        upper(substring(long_name, 1, 1)) || substring(long_name, 2) as long_name,
        long_name_for

    from composed

),

unnamed as (

    select capitalized.*
    from capitalized
    left join named_before
        on capitalized.segmentation = named_before.segmentation
        and capitalized.segment_id = named_before.segment_id
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

    -- a name of the user's own holds for the centroid of the day it was given
    select
        base_segment_names.segmentation,
        base_segment_names.segment_id,
        base_segment_names.segment_name,
        'given' as origin,
        capitalized.short_name_for as named_for

    from base_segment_names
    inner join capitalized
        on base_segment_names.segmentation = capitalized.segmentation
        and base_segment_names.segment_id = capitalized.segment_id
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
