{{ config(
    materialized="incremental",
    incremental_strategy="append",
    full_refresh=false,
) }}

{% if execute and model.resource_type == "model"
    and config.get("materialized") != "incremental" %}
    {{ exceptions.raise_compiler_error(
        "segment_names must stay incremental, or names would change with every build."
        ~ " Put `+materialized` under your own project's name in dbt_project.yml."
    ) }}
{% endif %}
{% set features = configured_features() %}

with

segmentation_fit_centroids as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_centroids") }}
    where is_champion

),

named_before as (

    {% if is_incremental() %}
    select
        segmentation,
        segment_id,
        segment_name

    from {{ this }}
    {% else %}
    select
        segmentation,
        segment_id,
        segment_id as segment_name

    from segmentation_fit_centroids
    where false
    {% endif %}

),

unnamed as (

    select segmentation_fit_centroids.*
    from segmentation_fit_centroids
    left join named_before
        on segmentation_fit_centroids.segmentation = named_before.segmentation
        and segmentation_fit_centroids.segment_id = named_before.segment_id
    where named_before.segment_id is null

),

phrased as (

    -- only what sets the segment apart has a phrase
    select
        segmentation,
        segment_id,
        feature,
        abs(standard_score) as distinctiveness,
        case feature
            {%- for feature in features %}
            when '{{ feature.name }}' then {{ segment_phrase(feature, "standard_score") }}
            {%- endfor %}
        end as phrase

    from unnamed

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
            "phrase", "', '", "order by position",
        ) }}, 'average customers') as long_name

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
        upper(substring(long_name, 1, 1)) || substring(long_name, 2) as long_name

    from composed

),

compared as (

    select
        capitalized.*,
        count(*) over (
            partition by capitalized.segmentation, capitalized.short_name
        ) = 1 and not exists (
            select 1 from named_before
            where
                named_before.segmentation = capitalized.segmentation
                and named_before.segment_name = capitalized.short_name
        ) as is_short_name_free,
        count(*) over (
            partition by capitalized.segmentation, capitalized.long_name
        ) = 1 and not exists (
            select 1 from named_before
            where
                named_before.segmentation = capitalized.segmentation
                and named_before.segment_name = capitalized.long_name
        ) as is_long_name_free

    from capitalized

),

named as (

    select
        segmentation,
        segment_id,
        case
            when is_short_name_free then short_name
            when is_long_name_free then long_name
            else long_name || ' (' || segment_id || ')'
        end as segment_name

    from compared

)

select
    segmentation,
    segment_id,
    segment_name,
    {{ run_timestamp() }} as named_at

from named
