{#- SQL: the list with infinity in place of one element. If this element is the smallest,
    the minimum of the result is the second smallest, and its position stays the same.
    distances: SQL of a list of numbers.
    position: SQL of the position of this element, from 1. -#}
{% macro all_but(distances, position) -%}
    {{ return(adapter.dispatch("all_but", "customer_segmentation")(distances, position)) }}
{%- endmacro %}

{% macro default__all_but(distances, position) -%}
    transform({{ distances }}, (distance, place) -> if(
        place + 1 = {{ position }}, cast('infinity' as double), distance
    ))
{%- endmacro %}

{% macro duckdb__all_but(distances, position) -%}
    {{ distances }}[:{{ position }} - 1] || ['infinity'::double]
        || {{ distances }}[{{ position }} + 1:]
{%- endmacro %}
