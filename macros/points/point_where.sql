{#- SQL: a point where a condition holds, NULL elsewhere.
    condition: SQL of the condition.
    point: SQL of a list of numbers. -#}
{% macro point_where(condition, point) -%}
    {{ return(adapter.dispatch("point_where", "customer_segmentation")(condition, point)) }}
{%- endmacro %}

{% macro default__point_where(condition, point) -%}
    case when {{ condition }} then {{ point }} end
{%- endmacro %}

{#- The slice is the whole list. Without the slice, DuckDB 2.0 takes a missing point for a
    list with NULLs and refuses to measure a distance. -#}
{% macro duckdb__point_where(condition, point) -%}
    (case when {{ condition }} then {{ point }} end)[:]
{%- endmacro %}
