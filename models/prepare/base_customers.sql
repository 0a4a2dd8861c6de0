{{ config(materialized="view") }}

{% set table = customers_table() %}
{# Files are checked first: what DuckDB says of a line it cannot read quotes the line. #}
{% do ref("customer_segmentation", "int_files_checked") if table.readers %}
select * from {{ table.sql }}
