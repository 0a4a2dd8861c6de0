{#- Builds a new table beside the existing one, which it then replaces. So a Python model
    can read the rows of the build before, and the old table exists during the build. The
    materialization of dbt-spark drops the old table first.

    If dbt is killed between the last two steps, the table only has its temporary name.
    The next build then begins by renaming it. -#}
{% materialization table, adapter="sparksession", supported_languages=["sql", "python"] %}
    {%- set existing = load_cached_relation(this) %}
    {%- set target_relation = this.incorporate(type="table") %}
    {%- set new = target_relation.incorporate(
        path={"identifier": this.identifier ~ "__new"}
    ) %}
    {%- set finished = adapter.get_relation(new.database, new.schema, new.identifier) %}
    {%- if finished and not existing %}
        {%- do adapter.rename_relation(finished, target_relation) %}
        {%- set existing = target_relation %}
    {%- else %}
        {%- do adapter.drop_relation(new) %}
    {%- endif %}

    {{ run_hooks(pre_hooks) }}

    {%- call statement("main", language=model.language) -%}
        {{ create_table_as(false, new, compiled_code, model.language) }}
    {%- endcall %}
    {%- if existing %}
        {%- do adapter.drop_relation(existing) %}
    {%- endif %}
    {%- do adapter.rename_relation(new, target_relation) %}

    {%- do apply_grants(target_relation, config.get("grants"), should_revoke=true) %}
    {%- do persist_docs(target_relation, model) %}
    {{ run_hooks(post_hooks) }}

    {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}


{#- The code after a Python model, which runs the model and writes its table. The macro of
    dbt-spark needs packages of Databricks. -#}
{% macro py_write_table(compiled_code, target_relation) %}
{{ compiled_code }}
model(dbtObj(session.table), session).write("{{ target_relation }}")
{%- endmacro %}


{#- Tables of Parquet files have no constraints. -#}
{% macro sparksession__persist_constraints(relation, model) -%}
    {%- if relation.is_delta or relation.is_iceberg %}
        {{- spark__persist_constraints(relation, model) }}
    {%- endif %}
{%- endmacro %}
