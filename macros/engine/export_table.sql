{% macro export_table(relation, columns, file, format) -%}
    {{ return(adapter.dispatch("export_table", "customer_segmentation")(
        relation, columns, file, format
    )) }}
{%- endmacro %}

{% macro default__export_table(relation, columns, file, format) -%}
    {{ exceptions.raise_compiler_error(
        "segmentation_export_folder: files are written by DuckDB only, not by " ~ target.type
    ) }}
{%- endmacro %}

{#- DuckDB writes beside the file and renames: a reader sees the old one or the new one.
    In CSV the id is a text; it is sorted as what it is all the same. -#}
{% macro duckdb__export_table(relation, columns, file, format) -%}
    copy (
        select {{ columns }} from {{ relation }} as exported
        order by exported.customer_id
    ) to {{ customer_segmentation.quoted_text(file) }}
    ({{ "format csv, header" if format == "csv" else "format parquet, compression zstd" }})
{%- endmacro %}
