with

int_customers_placed as (

    select * from {{ ref("customer_segmentation", "int_customers_placed") }}

)

select
    customer_id,
    segmentation,
    segment_id,
    segment_name,
    next_segment_id,
    fit_id,
    distance,
    margin,
    {{ run_timestamp() }} as scored_at

from int_customers_placed
