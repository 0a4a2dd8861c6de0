{#- SQL: the list of the distances from a point to each of several points.
    point: SQL of a list of numbers.
    points: SQL of a list of such lists. -#}
{% macro distances_to(point, points) -%}
    {{ return(adapter.dispatch("distances_to", "customer_segmentation")(point, points)) }}
{%- endmacro %}

{% macro default__distances_to(point, points) -%}
    transform(
        {{ points }}, other -> {{ customer_segmentation.distance(point, "other") }}
    )
{%- endmacro %}

{#- A list comprehension works in DuckDB 1.0 and 2.0, which have different syntaxes for
    lambdas. Its variable has two underscores, because no argument of a scoring function
    has two. -#}
{% macro duckdb__distances_to(point, points) -%}
    [{{ customer_segmentation.distance(point, "other__point") }}
        for other__point in {{ points }}]
{%- endmacro %}
