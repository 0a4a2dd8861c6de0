{#- SQL: the part of the squared distance between two points that comes from some
    coordinates.
    point, other: SQL of a list of numbers each.
    positions: SQL of the list of positions, from 1. -#}
{% macro square_along(point, other, positions) -%}
    {{ return(
        adapter.dispatch("square_along", "customer_segmentation")(point, other, positions)
    ) }}
{%- endmacro %}

{% macro default__square_along(point, other, positions) -%}
    aggregate({{ positions }}, 0d, (total, place) -> total
        + power({{ point }}[place - 1] - {{ other }}[place - 1], 2))
{%- endmacro %}

{% macro duckdb__square_along(point, other, positions) -%}
    list_sum([
        power({{ point }}[place] - {{ other }}[place], 2) for place in {{ positions }}
    ])
{%- endmacro %}
