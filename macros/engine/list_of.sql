{#- SQL: a list.
    values: list of SQL, one per element. -#}
{% macro list_of(values) -%}
    {{ return(adapter.dispatch("list_of", "customer_segmentation")(values)) }}
{%- endmacro %}

{% macro default__list_of(values) -%}
    array({{ values | join(",") }}
    )
{%- endmacro %}

{% macro duckdb__list_of(values) -%}
    [{{ values | join(",") }}
    ]
{%- endmacro %}
