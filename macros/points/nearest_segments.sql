{#- A query with one row per point: the segments of the champion whose centroids are nearest
    to it. The query adds the columns fit_id, fit_number, position, next_position,
    distance, next_distance, distances and other_distances. They are NULL if the point is
    NULL. Positions begin with 1.
    points: relation with segmentation and point.
    champions: relation with the columns of int_champions. -#}
{% macro nearest_segments(points, champions) -%}
    with

    measured as (

        select
            points.*,
            case when points.point is not null then champions.fit_id end as fit_id,
            case when points.point is not null then champions.fit_number end as fit_number,
            case when points.point is not null
                then {{ customer_segmentation.distances_to(
                    "points.point", "champions.centroids"
                ) }}
            end as distances

        from {{ points }} as points
        left join {{ champions }} as champions
            on points.segmentation = champions.segmentation

    ),

    nearest as (

        select
            *,
            {{ customer_segmentation.nearest("distances") }} as position

        from measured

    ),

    set_aside as (

        select
            *,
            {{ customer_segmentation.all_but("distances", "position") }} as other_distances

        from nearest

    ),

    compared as (

        select
            *,
            {{ customer_segmentation.nearest("other_distances") }} as next_position

        from set_aside

    )

    select
        *,
        {{ customer_segmentation.list_element("distances", "position") }} as distance,
        {{ customer_segmentation.list_element("distances", "next_position") }}
            as next_distance

    from compared
{%- endmacro %}
