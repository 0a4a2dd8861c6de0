-- Two groups with the same name cannot be told apart. This happens if segmentation_names
-- gives both groups the same name, or names one group like the value of another. Tests on
-- int_champion_segments check the names of K-means segments.
{% set groupings = configured_segmentations("grouping") %}

with

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

int_segment_names as (

    select * from {{ ref("customer_segmentation", "int_segment_names") }}

),

grouped as (

    {% for segmentation in groupings %}
    select distinct
        '{{ segmentation.name }}' as segmentation,
        case when {{ condition_or_stop(
            "segmentations." ~ segmentation.name ~ ".where", segmentation.where
        ) }}
            then {{ adapter.quote(segmentation.by) }} end as segment_id

    from customer_features

    {{ "union all" if not loop.last }}
    {% else %}
    select
        cast(null as {{ dbt.type_string() }}) as segmentation,
        cast(null as {{ dbt.type_string() }}) as segment_id

    where false
    {% endfor %}

),

named as (

    select
        grouped.segmentation,
        coalesce(names.segment_name, grouped.segment_id, 'Unassigned') as segment_name

    from grouped
    left join int_segment_names as names
        on grouped.segmentation = names.segmentation
        and grouped.segment_id = names.segment_id

)

select
    segmentation,
    segment_name,
    count(*) as segments

from named
group by
    segmentation,
    segment_name
having {{ is_failure(
    "count(*) > 1",
    "count(*) || ' segments of ' || segmentation || ' are called ' || segment_name"
    ~ " || ', so they cannot be told apart. Give them different names in'"
    ~ " || ' segmentation_names.'"
) }}
