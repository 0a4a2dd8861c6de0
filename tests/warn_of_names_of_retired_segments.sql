-- A configured name belongs to no segment if a refit has retired the segment, no customer
-- has the value, or the id is misspelled.
{{ config(severity="warn") }}

{% set groupings = configured_segmentations("grouping") %}

with

base_segment_names as (

    select * from {{ ref("customer_segmentation", "base_segment_names") }}

),

int_champion_segments as (

    select * from {{ ref("customer_segmentation", "int_champion_segments") }}

),

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

present as (

    select
        segmentation,
        segment_id

    from int_champion_segments

    {% for segmentation in groupings %}
    union all

    select distinct
        '{{ segmentation.name }}' as segmentation,
        {{ adapter.quote(segmentation.by) }} as segment_id

    from customer_features
    where {{ segmentation.where }}
    {% endfor %}

)

select
    base_segment_names.segmentation,
    base_segment_names.segment_id,
    base_segment_names.segment_name,
    'No segment bears the name ' || base_segment_names.segment_name || ' that'
    || ' segmentation_names gives to ' || base_segment_names.segment_id || ' of '
    || base_segment_names.segmentation || '. Mend its ids, or leave it out.' as finding

from base_segment_names
left join present
    on base_segment_names.segmentation = present.segmentation
    and base_segment_names.segment_id = present.segment_id
where present.segment_id is null
