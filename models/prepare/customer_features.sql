{{ config(materialized="view") }}

with

int_customers_checked as (

    select * from {{ ref("customer_segmentation", "int_customers_checked") }}

)

select
    customer_id,
    {{ columns_for_each(described_columns(), ["{column}"]) }}

from int_customers_checked
where rejection is null
