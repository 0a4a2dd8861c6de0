{#- SQL: the position, from 1, of the smallest number of a list; the first, if several are
    equally small.
    distances: SQL of a list of numbers. -#}
{% macro nearest(distances) -%}
    {{ return(adapter.dispatch("nearest", "customer_segmentation")(distances)) }}
{%- endmacro %}

{% macro default__nearest(distances) -%}
    array_position({{ distances }}, array_min({{ distances }}))
{%- endmacro %}

{% macro duckdb__nearest(distances) -%}
    list_position({{ distances }}, list_min({{ distances }}))
{%- endmacro %}
