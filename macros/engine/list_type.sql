{#- SQL: the type of a list.
    element_type: the type of its elements. -#}
{% macro list_type(element_type) -%}
    {{ return(adapter.dispatch("list_type", "customer_segmentation")(element_type)) }}
{%- endmacro %}

{% macro default__list_type(element_type) -%}
    array<{{ element_type }}>
{%- endmacro %}

{% macro duckdb__list_type(element_type) -%}
    {{ element_type }}[]
{%- endmacro %}
