with

int_raw_values as (

    select * from {{ ref("customer_segmentation", "int_raw_values") }}

),

profiled as (

    {{ profile_values("int_raw_values") }}

)

select * from profiled
