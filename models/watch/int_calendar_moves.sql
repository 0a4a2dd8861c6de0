{% set stickiness = segmentation_setting("segmentation_stickiness") %}

{{ "with recursive" if stickiness else "with" }}

int_calendar_places as (

    select * from {{ ref("customer_segmentation", "int_calendar_places") }}

),

int_champion_segments as (

    select * from {{ ref("customer_segmentation", "int_champion_segments") }}

),

identified as (

    select
        places.*,
        coalesce(own.segment_id, 'unassigned') as nearest_segment_id,
        dense_rank() over (
            partition by places.segmentation
            order by places.month_end
        ) as month_number
        {%- if stickiness %},
        following.segment_id as next_segment_id
        {%- endif %}

    from int_calendar_places as places
    left join int_champion_segments as own
        on places.segmentation = own.segmentation
        and places.segment_index = own.segment_index
    {%- if stickiness %}
    left join int_champion_segments as following
        on places.segmentation = following.segmentation
        and places.next_segment_index = following.segment_index
    {%- endif %}

),

{% if stickiness %}
kept as (

    -- month after month, as builds at the month ends would have: see int_nearest_segments
    select
        newcomers.customer_id,
        newcomers.segmentation,
        newcomers.month_number,
        newcomers.nearest_segment_id as segment_id

    from identified as newcomers
    left join identified as before
        on newcomers.customer_id = before.customer_id
        and newcomers.segmentation = before.segmentation
        and newcomers.month_number = before.month_number + 1
    where before.customer_id is null

    union all

    select
        identified.customer_id,
        identified.segmentation,
        identified.month_number,
        case
            when {{ stays_in_segment(
                "kept.segment_id", "identified.next_segment_id",
                "identified.distance", "identified.next_distance",
            ) }}
                then kept.segment_id
            else identified.nearest_segment_id
        end as segment_id

    from kept
    inner join identified
        on kept.customer_id = identified.customer_id
        and kept.segmentation = identified.segmentation
        and kept.month_number + 1 = identified.month_number

),

placed as (

    select
        identified.*,
        kept.segment_id

    from identified
    inner join kept
        on identified.customer_id = kept.customer_id
        and identified.segmentation = kept.segmentation
        and identified.month_number = kept.month_number

),
{% else %}
placed as (

    select
        *,
        nearest_segment_id as segment_id

    from identified

),
{% endif %}

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

    from placed
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
    segment_id != nearest_segment_id as is_held,
    segment_before is null and month_number > 1 as is_joined,
    coalesce(segment_before != segment_id, false) as is_moved,
    coalesce(segment_before != segment_id and segment_two_before = segment_id, false)
        as is_returned,
    segment_after is null as is_gone_after,
    coalesce(segment_after != segment_id, false) as is_moved_after

from compared
