{#- A query that aggregates a relation and returns one row per column, instead of one wide
    row. One scan serves up to 66 rows, because the cost of a plan grows faster than the
    number of its aggregates.
    relation: name of a relation or CTE, or a query in parentheses with an alias. Instead
      of a CTE with a row per customer, give its query, because an engine may hold a CTE
      in memory if it is read more than once.
    columns: a list with one mapping per row to return. It maps names of results to the
      SQL of an aggregate, or of a constant such as the name of the column. All mappings
      have the same names.
    group_by: SQL of the columns to group by; they come first in the result. -#}
{% macro one_row_per_column(relation, columns, group_by=[]) -%}
    {%- for part in columns | batch(66) %}
    select
        {% for expression in group_by -%}
        {{ expression.split(".") | last }},
        {% endfor -%}
        line.*

    from (
        select
            {% for expression in group_by -%}
            {{ expression }},
            {% endfor -%}
            {{ customer_segmentation.unnested(part) }} as line

        from {{ relation }}
        {%- if group_by %}
        group by {{ group_by | join(", ") }}
        {%- endif %}
    ) as unnested
    {{ "union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#- SQL: rows of structs from a list of mappings of names to SQL. -#}
{% macro unnested(structs) -%}
    {{ return(adapter.dispatch("unnested", "customer_segmentation")(structs)) }}
{%- endmacro %}

{% macro default__unnested(structs) -%}
    explode(array(
        {%- for struct in structs %}
            named_struct(
                {%- for name, expression in struct.items() -%}
                '{{ name }}', {{ expression }}{{ ", " if not loop.last }}
                {%- endfor -%}
            ){{ "," if not loop.last }}
        {%- endfor %}
    ))
{%- endmacro %}

{% macro duckdb__unnested(structs) -%}
    unnest([
        {%- for struct in structs %}
                {
                    {%- for name, expression in struct.items() -%}
                    '{{ name }}': {{ expression }}{{ ", " if not loop.last }}
                    {%- endfor -%}
                }{{ "," if not loop.last }}
        {%- endfor %}
            ])
{%- endmacro %}
