with

segment_names as (

    select * from {{ ref("customer_segmentation", "segment_names") }}

),

base_segment_names as (

    select * from {{ ref("customer_segmentation", "base_segment_names") }}

),

latest as (

    select
        segmentation,
        segment_id,
        max_by(segment_name, named_at) filter (where origin = 'generated')
            as generated_name,
        max_by(named_for, named_at) filter (where origin = 'generated')
            as generated_for,
        max_by(named_for, named_at) filter (where origin = 'given') as given_for

    from segment_names
    group by
        segmentation,
        segment_id

),

named as (

    -- When the user withdraws a name, the generated name returns.
    select
        coalesce(latest.segmentation, given.segmentation) as segmentation,
        coalesce(latest.segment_id, given.segment_id) as segment_id,
        coalesce(given.segment_name, latest.generated_name) as segment_name,
        given.strategy,
        case
            when given.segment_id is null then latest.generated_for
            else latest.given_for
        end as named_for

    from latest
    full outer join base_segment_names as given
        on latest.segmentation = given.segmentation
        and latest.segment_id = given.segment_id

)

select * from named
