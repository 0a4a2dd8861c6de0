{#- SQL aggregate: the values of a group as a list, including NULLs.
    value, order_by: SQL of one column each. -#}
{% macro ordered_list(value, order_by) -%}
    {{ return(
        adapter.dispatch("ordered_list", "customer_segmentation")(value, order_by)
    ) }}
{%- endmacro %}

{#- Spark's collect_list has no order and drops NULLs, so structs are collected. -#}
{% macro default__ordered_list(value, order_by) -%}
    transform(
        array_sort(collect_list(struct({{ order_by }} as place, {{ value }} as value))),
        element -> element.value
    )
{%- endmacro %}

{% macro duckdb__ordered_list(value, order_by) -%}
    list({{ value }} order by {{ order_by }})
{%- endmacro %}
