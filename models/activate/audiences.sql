{% set measures = configured_measures() %}
{% set attributes = configured_attributes() %}
{% set segmentations = configured_segmentations() %}
{% set campaigns = configured_campaigns() %}
{% set holdout = segmentation_setting("segmentation_holdout") %}
{% do check_audience_columns() %}

with

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

customer_segment_history as (

    select * from {{ ref("customer_segmentation", "customer_segment_history") }}
    where is_current

),

segments as (

    select * from {{ ref("customer_segmentation", "segments") }}

),

named as (

    select
        history.customer_id,
        history.segmentation,
        history.segment_id,
        segments.segment_name,
        history.valid_from

    from customer_segment_history as history
    inner join segments
        on history.segmentation = segments.segmentation
        and history.segment_id = segments.segment_id

),

pivoted as (

    select
        customer_id,
        {{ columns_for_each(segmentations, [
            "max(case when segmentation = '{name}' then segment_id end)"
                ~ " as {name}_segment_id",
            "max(case when segmentation = '{name}' then segment_name end)"
                ~ " as {name}_segment_name",
            "max(case when segmentation = '{name}' then valid_from end) as {name}_since",
        ]) }}

    from named
    group by customer_id

)

{%- if campaigns %},

members as (

    select
        customer_id
        {%- for campaign in campaigns %},
        max(case when campaign = '{{ campaign.name }}' then is_holdout end)
            as {{ campaign.name }}_is_holdout
        {%- endfor %}

    from {{ ref("customer_segmentation", "int_campaign_members") }}
    group by customer_id

)
{%- endif %}

select
    {{ columns_for_each(
        [{"name": "customer_id"}] + attributes + measures, ["customer_features.{column}"]
    ) }},
    {{ columns_for_each(segmentations, [
        "pivoted.{name}_segment_id",
        "pivoted.{name}_segment_name",
        "pivoted.{name}_since",
    ]) }},
    {{ columns_for_each(campaigns, ["members.{name}_is_holdout"]) ~ "," if campaigns }}
    {{ is_held_out("customer_features.customer_id", holdout) }} as is_holdout

from customer_features
inner join pivoted
    on customer_features.customer_id = pivoted.customer_id
{% if campaigns %}
left join members
    on customer_features.customer_id = members.customer_id
{% endif %}
