{% macro list_element(list, position) -%}
    {{ return(adapter.dispatch("list_element", "customer_segmentation")(list, position)) }}
{%- endmacro %}

{#- Spark raises an error beyond the end of a list; `try_element_at` gives NULL. -#}
{% macro default__list_element(list, position) -%}
    try_element_at({{ list }}, cast({{ position }} as int))
{%- endmacro %}

{% macro duckdb__list_element(list, position) -%}
    {{ list }}[{{ position }}]
{%- endmacro %}
