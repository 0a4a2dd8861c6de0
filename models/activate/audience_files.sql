{{ config(pre_hook="{{ export_audiences() }}") }}

with

audiences as (

    select * from {{ ref("customer_segmentation", "audiences") }}

),

counted as (

    select count(*) as customers
    from audiences

),

written as (

    {% for file in audience_files() %}
    select
        {{ quoted_text(file.path) }} as path,
        '{{ file.format }}' as format,
        customers,
        {{ run_timestamp() }} as exported_at

    from counted

    {{ "union all" if not loop.last }}
    {% else %}
    select
        cast(null as {{ dbt.type_string() }}) as path,
        cast(null as {{ dbt.type_string() }}) as format,
        customers,
        {{ run_timestamp() }} as exported_at

    from counted
    where false
    {% endfor %}

)

select * from written
