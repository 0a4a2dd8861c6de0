{#- Creates the scoring functions in the database, as SQL macros. This project does so
    only on DuckDB; on other engines, there is only the table `scoring_functions`. -#}
{% macro create_scoring_functions(relation) -%}
    {{ return(adapter.dispatch("create_scoring_functions", "customer_segmentation")(relation)) }}
{%- endmacro %}

{% macro default__create_scoring_functions(relation) -%}
{%- endmacro %}

{% macro duckdb__create_scoring_functions(relation) -%}
    {%- if execute -%}
        {%- for row in run_query(
            "select function_name, arguments, expression from " ~ relation ~ " order by 1"
        ) %}
        create or replace macro {{ relation.include(identifier=false) }}.{{ row[0] }}({{ row[1] }})
        as ({{ row[2] }});
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
