{{ config(materialized="view") }}

{% set table = customers_table() %}
{# Files are checked first: what DuckDB says of a line it cannot read quotes the line. #}
{% do ref("customer_segmentation", "int_files_checked") if table.readers %}
{% do ref("customer_segmentation", "int_python_packages") %}
{# An error about the table shows this line. #}
select * /* segmentation_customers: name a table that is there */ from {{ table.sql }}
