with

int_calendar_places as (

    select * from {{ ref("customer_segmentation", "int_calendar_places") }}

),

int_champion_segments as (

    select * from {{ ref("customer_segmentation", "int_champion_segments") }}

),

identified as (

    select
        places.*,
        coalesce(own.segment_id, 'unassigned') as segment_id,
        dense_rank() over (
            partition by places.segmentation
            order by places.month_end
        ) as month_number

    from int_calendar_places as places
    left join int_champion_segments as own
        on places.segmentation = own.segmentation
        and places.segment_index = own.segment_index

),

compared as (

    -- NULL for the segment of a month in which the customer was not there
    select
        *,
        case when lag(month_number, 1) over stays = month_number - 1
            then lag(segment_id, 1) over stays end as segment_before,
        case when lag(month_number, 2) over stays = month_number - 2
            then lag(segment_id, 2) over stays end as segment_two_before,
        case when lead(month_number, 1) over stays = month_number + 1
            then lead(segment_id, 1) over stays end as segment_after

    from identified
    window stays as (
        partition by segmentation, customer_id
        order by month_number
    )

)

select
    customer_id,
    segmentation,
    month_end,
    month_number,
    segment_id,
    {% for feature in calendar_features() %}
    value__{{ feature.name }},
    {% endfor %}
    segment_before is null and month_number > 1 as is_joined,
    coalesce(segment_before != segment_id, false) as is_moved,
    coalesce(segment_before != segment_id and segment_two_before = segment_id, false)
        as is_returned,
    segment_after is null as is_gone_after,
    coalesce(segment_after != segment_id, false) as is_moved_after

from compared
