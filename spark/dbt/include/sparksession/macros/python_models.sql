{#- The code after a Python model: runs it and writes its table. dbt-spark's own asks for
    packages of Databricks. -#}
{% macro py_write_table(compiled_code, target_relation) -%}
{{ compiled_code }}
model(dbtObj(session.table), session).frame().write.mode("overwrite").format(
    "{{ config.get('file_format', 'parquet') }}"
).saveAsTable("{{ target_relation }}")
{%- endmacro %}
