{% set amount = "cast(outcomes.amount as double)" %}
{% set day = "cast(outcomes.date as date)" %}
{% set is_before = day ~ " < int_campaigns.measured_from" %}
{% set id_type = segmentation_setting("segmentation_customer_id_type") %}

with

int_campaigns as (

    select * from {{ ref("customer_segmentation", "int_campaigns") }}

),

int_campaign_members as (

    select * from {{ ref("customer_segmentation", "int_campaign_members") }}

),

{% for campaign in configured_campaigns() %}
{{ campaign.name }}__outcomes as (

    select
        int_campaigns.campaign,
        cast(outcomes.customer_id as {{ id_type }}) as customer_id,
        case when {{ is_before }} then null else {{ amount }} end as amount,
        case when {{ is_before }} then {{ amount }} end as amount_before

    from {{ campaign.outcomes }} as outcomes
    inner join int_campaigns
        on
            int_campaigns.campaign = '{{ campaign.name }}'
            and {{ day }} between int_campaigns.before_from and int_campaigns.measured_to

),

{% endfor %}
outcomes as (

    {% for campaign in configured_campaigns() %}
    select * from {{ campaign.name }}__outcomes
    {{ "union all" if not loop.last }}
    {% else %}
    select
        campaign,
        customer_id,
        cast(null as double) as amount,
        cast(null as double) as amount_before

    from int_campaign_members
    where false
    {% endfor %}

),

bounded as (

    select
        campaign,
        {{ exact_unit_of_column("coalesce(amount, amount_before)") }} as unit

    from outcomes
    group by campaign

),

summed as (

    select
        outcomes.campaign,
        outcomes.customer_id,
        {{ exact_sum("outcomes.amount", "bounded.unit") }} as amount,
        {{ exact_sum("outcomes.amount_before", "bounded.unit") }} as amount_before,
        count(outcomes.amount) as responses,
        count(outcomes.amount_before) as responses_before

    from outcomes
    inner join bounded
        on outcomes.campaign = bounded.campaign
    group by
        outcomes.campaign,
        outcomes.customer_id

),

counted as (

    -- Customers without outcomes count with 0.
    select
        members.campaign,
        members.segmentation,
        members.segment_id,
        members.customer_id,
        members.is_holdout,
        coalesce(summed.amount, 0) as amount,
        coalesce(summed.amount_before, 0) as amount_before,
        case when summed.responses > 0 then 1e0 else 0e0 end as response,
        case when summed.responses_before > 0 then 1e0 else 0e0 end as response_before

    from int_campaign_members as members
    left join summed
        on members.campaign = summed.campaign
        and members.customer_id = summed.customer_id

)

select * from counted
