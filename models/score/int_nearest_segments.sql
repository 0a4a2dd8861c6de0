{{ config(materialized="view") }}

with

int_customer_points as (

    select * from {{ ref("customer_segmentation", "int_customer_points") }}

),

int_champions as (

    select * from {{ ref("customer_segmentation", "int_champions") }}

),

measured as (

    select
        points.*,
        case when points.point is not null then champions.fit_id end as fit_id,
        case when points.point is not null then champions.fit_number end as fit_number,
        case when points.point is not null
            then {{ distances_to("points.point", "champions.centroids") }}
        end as distances

    from int_customer_points as points
    left join int_champions as champions
        on points.segmentation = champions.segmentation

),

nearest as (

    select
        *,
        {{ nearest("distances") }} as position

    from measured

),

set_aside as (

    select
        *,
        {{ all_but("distances", "position") }} as other_distances

    from nearest

),

compared as (

    select
        *,
        {{ nearest("other_distances") }} as next_position

    from set_aside

)

select
    customer_id,
    segmentation,
    {{ columns_for_each(described_columns(), ["value__{name}"]) }},
    fit_id,
    fit_number,
    group_id,
    point,
    position - 1 as segment_index,
    next_position - 1 as next_segment_index,
    {{ list_element("distances", "position") }} as distance,
    {{ list_element("distances", "next_position") }} as next_distance

from compared
