with

int_customers_checked as (

    select * from {{ ref("customer_segmentation", "int_customers_checked") }}

),

int_profiled_columns as (

    select * from {{ ref("customer_segmentation", "int_profiled_columns") }}

),

rejected as (

    select
        {{ list_element("rejected_row", 1) }} as customer_id,
        {{ dbt.split_part("cast(rejection as " ~ dbt.type_string() ~ ")", "':'", 1) }}
            as reason,
        nullif({{ dbt.split_part(
            "cast(rejection as " ~ dbt.type_string() ~ ")", "':'", 2
        ) }}, '') as feature,
        copies,
        {{ list_element("rejected_row", 2) }} as source_row

    from int_customers_checked
    where rejection is not null

),

explained as (

    select
        rejected.customer_id,
        rejected.reason,
        rejected.feature,
        case rejected.reason
            when 'missing_id' then 'The row has no customer id.'
            when 'invalid_id'
                then 'The customer id is not of the configured type.'
            when 'conflicting_rows'
                then 'The customer id has several rows that differ.'
            when 'missing_value'
                then 'The value of ' || rejected.feature || ' is missing.'
            when 'not_a_number'
                then 'The value of ' || rejected.feature || ' is not a number.'
            when 'not_finite'
                then 'The value of ' || rejected.feature || ' is not finite.'
            when 'below_minimum'
                then 'The value of ' || rejected.feature || ' is below its minimum of '
                    || cast(limits.minimum as {{ dbt.type_string() }}) || '.'
            when 'above_maximum'
                then 'The value of ' || rejected.feature || ' is above its maximum of '
                    || cast(limits.maximum as {{ dbt.type_string() }}) || '.'
        end as explanation,
        rejected.source_row,
        rejected.copies as source_rows

    from rejected
    left join int_profiled_columns as limits
        on rejected.feature = limits.feature

)

select * from explained
