{% macro list_element(list, position) -%}
    {{ return(
        adapter.dispatch("list_element", "customer_segmentation")(list, position)
    ) }}
{%- endmacro %}

{% macro default__list_element(list, position) -%}
    element_at({{ list }}, {{ position }})
{%- endmacro %}

{% macro duckdb__list_element(list, position) -%}
    list_extract({{ list }}, {{ position }})
{%- endmacro %}
