-- `last_on` is the last day with outcomes. A campaign that begins later is planned, and
-- is measured as if it had taken place in the days before its start.
with

configured as (

    {% for campaign in configured_campaigns() %}
    select
        '{{ campaign.name }}' as campaign,
        '{{ campaign.segmentation }}' as segmentation,
        cast('{{ campaign.starts }}' as date) as starts,
        cast('{{ campaign.ends }}' as date) as ends,
        {{ campaign.days }} as days,
        {{ campaign.worth_seeing }} as worth_seeing,
        /* segmentation_campaigns.{{ campaign.name }}.outcomes: name a table with the
        columns customer_id, date and amount */
        (
            select max(cast(outcomes.date as date))
            from {{ campaign.outcomes }} as outcomes
        ) as last_on

    {{ "union all" if not loop.last }}
    {% else %}
    select
        '' as campaign,
        '' as segmentation,
        cast(null as date) as starts,
        cast(null as date) as ends,
        1 as days,
        0.1 as worth_seeing,
        cast(null as date) as last_on

    where false
    {% endfor %}

),

dated as (

    select
        *,
        case
            when last_on >= ends then 'ended'
            when last_on >= starts then 'running'
            else 'planned'
        end as status

    from configured

),

timed as (

    select
        *,
        case
            when status = 'planned'
                then cast({{ dbt.dateadd("day", "-days", "starts") }} as date)
            else starts
        end as measured_from,
        case
            when status = 'planned'
                then cast({{ dbt.dateadd("day", -1, "starts") }} as date)
            else ends
        end as measured_to

    from dated

)

select
    campaign,
    segmentation,
    starts,
    ends,
    cast(worth_seeing as double) as worth_seeing,
    status,
    measured_from,
    measured_to,
    -- A whole year contains every season.
    cast({{ dbt.dateadd("day", -365, "measured_from") }} as date)
        as before_from

from timed
