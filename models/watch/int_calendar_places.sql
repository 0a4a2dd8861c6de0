{{ config(materialized="view") }}

{% set calendars = configured_calendars() %}
{% set features = calendar_features() %}
{% set id_type = segmentation_setting("segmentation_customer_id_type") %}

with

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

int_champions as (

    select * from {{ ref("customer_segmentation", "int_champions") }}

),

{% for calendar in calendars %}
{% set own = calendar.features | map(attribute="name") | list %}
{{ calendar.name }}__customers as (

    -- customer_features, as it would have been on that day
    select
        customer_features.customer_id,
        cast(on_that_day.as_of as date) as as_of,
        {% for column in described_columns() %}
        {% if column.name in own %}
        cast(on_that_day.{{ adapter.quote(column.name) }} as double)
            as {{ adapter.quote(column.name) }}
        {%- else %}
        customer_features.{{ adapter.quote(column.name) }}
        {%- endif %}
        {{- "," if not loop.last }}
        {% endfor %}

    /* segmentation_calendar.{{ calendar.name }}: name a table with the columns
    customer_id, as_of and {{ own | join(", ") }} */
    from {{ calendar.relation }} as on_that_day
    inner join customer_features
        on cast(on_that_day.customer_id as {{ id_type }}) = customer_features.customer_id

),

{{ calendar.name }}__points as (

    {{ customer_points(
        calendar.name ~ "__customers",
        "int_champions",
        ["as_of"] + features | map(attribute="name") | list,
        segmentations=[calendar.segmentation],
    ) }}

),

{{ calendar.name }}__places as (

    {{ nearest_segments(calendar.name ~ "__points", "int_champions") }}

),

{% endfor %}
places as (

    {% for calendar in calendars %}
    select
        customer_id,
        segmentation,
        value__as_of as month_end,
        {% for feature in features %}
        {{ "value__" ~ feature.name if feature in calendar.features
            else "cast(null as double) as value__" ~ feature.name }},
        {% endfor %}
        position - 1 as segment_index,
        next_position - 1 as next_segment_index,
        distance,
        next_distance

    from {{ calendar.name }}__places
    {{ "union all" if not loop.last }}
    {% else %}
    select
        customer_id,
        cast(null as {{ dbt.type_string() }}) as segmentation,
        cast(null as date) as month_end,
        0 as segment_index,
        0 as next_segment_index,
        cast(null as double) as distance,
        cast(null as double) as next_distance

    from customer_features
    where false
    {% endfor %}

)

select * from places
