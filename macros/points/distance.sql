{#- SQL: the Euclidean distance between two points.
    point, other: SQL of a list of numbers each. -#}
{% macro distance(point, other) -%}
    {{ return(adapter.dispatch("distance", "customer_segmentation")(point, other)) }}
{%- endmacro %}

{% macro default__distance(point, other) -%}
    sqrt(aggregate(
        zip_with({{ point }}, {{ other }}, (here, there) -> (here - there) * (here - there)),
        0d, (total, square) -> total + square
    ))
{%- endmacro %}

{% macro duckdb__distance(point, other) -%}
    list_distance({{ point }}, {{ other }})
{%- endmacro %}
