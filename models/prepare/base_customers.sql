{{ config(materialized="view") }}

{% set table = customers_table() %}
{# Files are checked first, because DuckDB's error about an unreadable line quotes the
   customer's data. #}
{% do ref("customer_segmentation", "int_files_checked") if table.readers %}
{% do ref("customer_segmentation", "int_python_packages") %}
{# DuckDB's error about a missing table quotes the next line, which names the setting. #}
select * /* segmentation_customers: name a table that is there */ from {{ table.sql }}
