{% set campaigns = configured_campaigns() %}

with

customer_segment_history as (

    select * from {{ ref("customer_segmentation", "customer_segment_history") }}

),

int_campaigns as (

    select * from {{ ref("customer_segmentation", "int_campaigns") }}

),

first_builds as (

    select
        segmentation,
        min(valid_from) as first_build

    from customer_segment_history
    group by segmentation

),

frozen as (

    -- The members are those at the start, or at the first build if it was later.
    select
        int_campaigns.campaign,
        int_campaigns.segmentation,
        greatest(
            cast(int_campaigns.starts as timestamp), first_builds.first_build
        ) as members_as_of

    from int_campaigns
    inner join first_builds
        on int_campaigns.segmentation = first_builds.segmentation

),

members as (

    select
        frozen.campaign,
        frozen.segmentation,
        history.segment_id,
        history.customer_id,
        frozen.members_as_of

    from frozen
    inner join customer_segment_history as history
        on frozen.segmentation = history.segmentation
        and frozen.members_as_of >= history.valid_from
        and (history.is_current or frozen.members_as_of < history.valid_to)

),

chosen as (

    select * from members
    where
        segment_id != 'unassigned'
        {% for campaign in campaigns if campaign.segments %}
        and (
            campaign != '{{ campaign.name }}'
            or segment_id in ({{ for_each(campaign.segments, "{'thing'}") | join(", ") }})
        )
        {% endfor %}

),

drawn as (

    select
        *,
        false
        {% for campaign in campaigns %}
        or (
            campaign = '{{ campaign.name }}'
            and {{ is_held_out_within(
                "campaign, segment_id", "customer_id", campaign.holdout
            ) if campaign.has_own_holdout
                else is_held_out("customer_id", campaign.holdout) }}
        )
        {% endfor %}
            as is_holdout

    from chosen

)

select * from drawn
