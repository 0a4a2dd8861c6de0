-- An effect of 2.8 standard errors (1.960 + 0.842) is significant in 80 of 100 campaigns.
{% set seen = 2.801585218 %}
{% set effect_text = as_text("100 * smallest_effect / common_mean", 0) ~ " || ' %'" %}

with

int_campaigns as (

    select * from {{ ref("customer_segmentation", "int_campaigns") }}

),

int_campaign_moments as (

    select * from {{ ref("customer_segmentation", "int_campaign_moments") }}

),

int_campaign_differences as (

    select * from {{ ref("customer_segmentation", "int_campaign_differences") }}

),

int_segment_names as (

    select * from {{ ref("customer_segmentation", "int_segment_names") }}

),

frozen as (

    select
        campaign,
        max(members_as_of) as members_as_of

    from {{ ref("customer_segmentation", "int_campaign_members") }}
    group by campaign

),

ranked as (

    -- The segments of a campaign are several tests, the row `all` is a single test.
    select
        *,
        row_number() over (
            partition by campaign, outcome, segment_id = 'all'
            order by p_value, segment_id
        ) as place,
        count(*) over (partition by campaign, outcome, segment_id = 'all') as questions

    from int_campaign_differences

),

corrected as (

    -- Holm's correction (1979) for several tests
    select
        campaign,
        segment_id,
        outcome,
        difference,
        lower,
        upper,
        {{ seen }} * standard_error as smallest_effect,
        max(least(p_value * (questions - place + 1), 1)) over (
            partition by campaign, outcome, segment_id = 'all'
            order by place
            rows between unbounded preceding and current row
        ) as p_value

    from ranked

),

joined as (

    select
        moments.*,
        int_campaigns.status,
        int_campaigns.starts,
        int_campaigns.ends,
        int_campaigns.worth_seeing,
        frozen.members_as_of,
        corrected.lower,
        corrected.upper,
        corrected.p_value,
        corrected.smallest_effect,
        case when int_campaigns.status != 'planned' then corrected.difference end
            as effect,
        abs(moments.balance_before)
            / sqrt(1e0 / moments.contacted + 1e0 / moments.held_out) > 3.29
            as is_unbalanced,
        case
            when moments.outcome = 'amount' then moments.variance
            else moments.common_mean * (1 - moments.common_mean)
        end * power(
            {{ seen }} / nullif(int_campaigns.worth_seeing * moments.common_mean, 0), 2
        ) as needed

    from int_campaign_moments as moments
    inner join int_campaigns
        on moments.campaign = int_campaigns.campaign
    inner join frozen
        on moments.campaign = frozen.campaign
    left join corrected
        on moments.campaign = corrected.campaign
        and moments.segment_id = corrected.segment_id
        and moments.outcome = corrected.outcome

),

judged as (

    select
        *,
        case
            when status != 'ended' or is_unbalanced then 'cannot tell'
            when p_value < 0.05 and lower > 0 then 'more'
            when p_value < 0.05 and upper < 0 then 'less'
            else 'cannot tell'
        end as verdict,
        -- Size of the smaller group, if the customers are divided so that the difference
        -- of both groups has the standard error needed.
        case
            when needed > 0 and customers >= 4 * needed
                then cast(ceil(
                    (customers - sqrt(customers * (customers - 4 * needed))) / 2
                ) as bigint)
        end as holdout_advised

    from joined

),

explained as (

    select
        *,
        case
            when smallest_effect is null
                then 'Too few to tell: twenty customers in each group are the least, and'
                    || ' some of them must have a value.'
            when is_unbalanced
                then 'The groups differed before the start by more than chance: was the'
                    || ' hold-out drawn and kept as it stands here?'
            when status = 'planned'
                then 'Not begun. An effect of ' || {{ effect_text }}
                    || ' would be seen in 80 of 100 such campaigns.'
            when status = 'running' then 'Not ended: ask again after ' || ends || '.'
            when verdict = 'cannot tell'
                then 'The difference may be chance. An effect of ' || {{ effect_text }}
                    || ' would be seen in 80 of 100 such campaigns.'
            else 'Chance alone brings as much in fewer than 5 of 100 campaigns.'
        end as reason

    from judged

)

select
    explained.campaign,
    explained.segmentation,
    explained.segment_id,
    case
        when explained.segment_id = 'all' then 'All'
        else coalesce(int_segment_names.segment_name, explained.segment_id)
    end as segment_name,
    explained.outcome,
    explained.status,
    explained.verdict,
    explained.reason,
    explained.customers,
    explained.held_out,
    case when explained.status != 'planned' then explained.mean end as mean,
    case when explained.status != 'planned' then explained.holdout_mean end
        as holdout_mean,
    explained.effect as difference,
    case when explained.status != 'planned' then explained.lower end as lower,
    case when explained.status != 'planned' then explained.upper end as upper,
    case when explained.status != 'planned' then explained.p_value end as p_value,
    explained.balance_before,
    explained.explained_before,
    explained.smallest_effect / nullif(explained.common_mean, 0) as smallest_effect,
    explained.worth_seeing,
    explained.holdout_advised,
    explained.holdout_advised / cast(explained.customers as double)
        as holdout_share_advised,
    explained.members_as_of > cast(explained.starts as timestamp) as is_membership_late

from explained
left join int_segment_names
    on explained.segmentation = int_segment_names.segmentation
    and explained.segment_id = int_segment_names.segment_id
