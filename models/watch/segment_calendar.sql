with

int_calendar_flows as (

    select * from {{ ref("customer_segmentation", "int_calendar_flows") }}

),

int_calendar_years as (

    select * from {{ ref("customer_segmentation", "int_calendar_years") }}

),

int_champion_segments as (

    select * from {{ ref("customer_segmentation", "int_champion_segments") }}

),

named as (

    select
        flows.segmentation,
        flows.segment_id,
        case
            when flows.segment_id = 'all' then 'All'
            else coalesce(own.segment_name, 'Unassigned')
        end as segment_name,
        flows.month_end,
        flows.customers,
        flows.held,
        flows.share,
        flows.joined,
        flows.moved_in,
        flows.returned,
        flows.moved_out,
        flows.gone,
        years.moves_per_year,
        years.return_share,
        years.season_share
        {%- for feature in calendar_features() %},
        flows.{{ feature.name }}_mean
        {%- endfor %}

    from int_calendar_flows as flows
    inner join int_calendar_years as years
        on flows.segmentation = years.segmentation
        and flows.segment_id = years.segment_id
        and flows.month_end = years.month_end
    left join int_champion_segments as own
        on flows.segmentation = own.segmentation
        and flows.segment_id = own.segment_id

)

select * from named
