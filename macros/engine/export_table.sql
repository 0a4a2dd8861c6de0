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

{#- DuckDB writes a temporary file and renames it, so a reader never sees half a file. The
    CSV file has the id as text, but its rows are sorted by the id in its own type. -#}
{% macro duckdb__export_table(relation, columns, file, format) -%}
    copy (
        select {{ columns }} from {{ relation }} as exported
        order by exported.customer_id
    ) to {{ customer_segmentation.quoted_text(file) }}
    ({{ "format csv, header" if format == "csv" else "format parquet, compression zstd" }})
{%- endmacro %}
