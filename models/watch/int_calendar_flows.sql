{% set features = calendar_features() %}

with

int_calendar_moves as (

    select * from {{ ref("customer_segmentation", "int_calendar_moves") }}

),

bounded as (

    select
        {% for feature in features %}
        {{ exact_unit_of_column("value__" ~ feature.name) }} as {{ feature.name }}__unit,
        {% endfor %}
        count(*) as rows_found

    from int_calendar_moves

),

doubled as (

    select
        *,
        segment_id as group_id

    from int_calendar_moves

    union all

    select
        *,
        'all' as group_id

    from int_calendar_moves

),

sizes as (

    select
        doubled.segmentation,
        doubled.month_number,
        doubled.group_id,
        count(*) as customers,
        count(case when doubled.is_held then 1 end) as held,
        count(case when doubled.is_joined then 1 end) as joined,
        count(case when doubled.is_moved then 1 end) as moved_in,
        count(case when doubled.is_returned then 1 end) as returned,
        count(case when doubled.is_moved_after then 1 end) as moved_out_after,
        count(case when doubled.is_gone_after then 1 end) as gone_after
        {%- for feature in features %},
        {{ exact_mean("doubled.value__" ~ feature.name, feature.name ~ "__unit") }}
            as {{ feature.name }}_mean
        {%- endfor %}

    from doubled
    cross join bounded
    group by
        doubled.segmentation,
        doubled.month_number,
        doubled.group_id

),

months as (

    select distinct
        segmentation,
        month_number,
        month_end

    from int_calendar_moves

),

segments as (

    select distinct
        segmentation,
        group_id

    from sizes

    union

    select
        segmentation,
        segment_id as group_id

    from {{ ref("customer_segmentation", "int_champion_segments") }}

),

filled as (

    -- a segment that nobody is in has a row, too
    select
        months.segmentation,
        months.month_number,
        months.month_end,
        segments.group_id as segment_id,
        {% for feature in features %}
        sizes.{{ feature.name }}_mean,
        {% endfor %}
        max(case when segments.group_id = 'all' then sizes.customers end) over (
            partition by months.segmentation, months.month_number
        ) as all_customers,
        {{ columns_for_each(
            ["customers", "held", "joined", "moved_in", "returned", "moved_out_after",
                "gone_after"],
            ["coalesce(sizes.{thing}, 0) as {thing}"],
        ) }}

    from months
    inner join segments
        on months.segmentation = segments.segmentation
    left join sizes
        on months.segmentation = sizes.segmentation
        and months.month_number = sizes.month_number
        and segments.group_id = sizes.group_id

)

select
    segmentation,
    month_number,
    month_end,
    segment_id,
    {% for feature in features %}
    {{ feature.name }}_mean,
    {% endfor %}
    customers,
    held,
    lag(customers) over months_of_segment as customers_before,
    lag(month_end) over months_of_segment as month_end_before,
    case when month_number > 1 then joined end as joined,
    case when month_number > 1 then moved_in end as moved_in,
    case when month_number > 2 then returned end as returned,
    lag(moved_out_after) over months_of_segment as moved_out,
    lag(gone_after) over months_of_segment as gone,
    customers / cast(all_customers as double) as share,
    all_customers

from filled
window months_of_segment as (
    partition by segmentation, segment_id
    order by month_number
)
