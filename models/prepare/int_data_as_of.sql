with

latest as (

    select
        max(cast(({{ data_as_of() }}) as {{ dbt.type_timestamp() }})) as data_as_of

    from {{ ref("customer_segmentation", "base_customers") }}

)

select * from latest
