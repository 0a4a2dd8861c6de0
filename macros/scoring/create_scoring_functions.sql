{#- Only DuckDB has macros. Other engines only get the table `scoring_functions`. -#}
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
