-- Lines of the files = headers + line ends within texts + source rows, and source rows
-- = accepted + merged + rejected rows.
{% set files = customers_table().readers %}
{{ config(enabled=files | length > 0) }}

with

int_files_checked as (

    select * from {{ ref("customer_segmentation", "int_files_checked") }}

),

int_customers_checked as (

    select * from {{ ref("customer_segmentation", "int_customers_checked") }}

),

counted as (

    select coalesce(sum(copies), 0) as customer_rows
    from int_customers_checked

)

select
    int_files_checked.*,
    counted.customer_rows

from int_files_checked
cross join counted
where
    int_files_checked.lines - int_files_checked.header_lines
    - int_files_checked.continued_lines != int_files_checked.source_rows
    or (
        int_files_checked.is_whole_table
        and int_files_checked.source_rows != counted.customer_rows
    )
