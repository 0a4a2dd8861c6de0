{% macro name_places(places, champion_segments, segment_names) -%}
    select
        places.*,
        coalesce(own.segment_id, places.group_id, 'unassigned') as segment_id,
        coalesce(
            own.segment_name, named_groups.segment_name, places.group_id, 'Unassigned'
        ) as segment_name

    from {{ places }} as places
    left join {{ champion_segments }} as own
        on places.segmentation = own.segmentation
        and places.segment_index = own.segment_index
    left join {{ segment_names }} as named_groups
        on places.segmentation = named_groups.segmentation
        and places.group_id = named_groups.segment_id
{%- endmacro %}
