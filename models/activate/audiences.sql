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
        customer_id
        {%- for segmentation in segmentations %}
        {%- set own = "case when segmentation = '" ~ segmentation.name ~ "' then" %},
        max({{ own }} segment_id end) as {{ segmentation.name }}_segment_id,
        max({{ own }} segment_name end) as {{ segmentation.name }}_segment_name,
        max({{ own }} valid_from end) as {{ segmentation.name }}_since
        {%- endfor %}

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
    customer_features.customer_id,
    {% for attribute in attributes %}
    customer_features.{{ adapter.quote(attribute.name) }},
    {% endfor %}
    {% for measure in measures %}
    customer_features.{{ adapter.quote(measure.name) }},
    {% endfor %}
    {% for segmentation in segmentations %}
    pivoted.{{ segmentation.name }}_segment_id,
    pivoted.{{ segmentation.name }}_segment_name,
    pivoted.{{ segmentation.name }}_since,
    {% endfor %}
    {% for campaign in campaigns %}
    members.{{ campaign.name }}_is_holdout,
    {% endfor %}
    {{ is_held_out("customer_features.customer_id", holdout) }} as is_holdout

from customer_features
inner join pivoted
    on customer_features.customer_id = pivoted.customer_id
{% if campaigns %}
left join members
    on customer_features.customer_id = members.customer_id
{% endif %}
