{#- All functions of the previous build are dropped, because a segmentation may no longer
    exist. -#}
{% macro drop_scoring_functions(relation) -%}
    {{ return(adapter.dispatch("drop_scoring_functions", "customer_segmentation")(relation)) }}
{%- endmacro %}

{% macro default__drop_scoring_functions(relation) -%}
{%- endmacro %}

{% macro duckdb__drop_scoring_functions(relation) -%}
    {%- if execute
        and adapter.get_relation(relation.database, relation.schema, relation.identifier) -%}
        {%- for row in run_query("select function_name from " ~ relation ~ " order by 1") %}
        drop macro if exists {{ relation.include(identifier=false) }}.{{ row[0] }};
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
