{#- SQL: the largest absolute value of the coordinates of some points.
    points: SQL of a list of lists of numbers. -#}
{% macro largest_coordinate(points) -%}
    {{ return(adapter.dispatch("largest_coordinate", "customer_segmentation")(points)) }}
{%- endmacro %}

{% macro default__largest_coordinate(points) -%}
    array_max(transform(flatten({{ points }}), one -> abs(one)))
{%- endmacro %}

{% macro duckdb__largest_coordinate(points) -%}
    list_max([abs(one) for one in flatten({{ points }})])
{%- endmacro %}
