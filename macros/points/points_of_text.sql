{#- SQL: a list of points.
    text: the points as JSON, such as [[1.5, 0], [0, 2]]. -#}
{% macro points_of_text(text) -%}
    {{ return(adapter.dispatch("points_of_text", "customer_segmentation")(text)) }}
{%- endmacro %}

{% macro default__points_of_text(text) -%}
    from_json('{{ text }}', 'array<array<double>>')
{%- endmacro %}

{% macro duckdb__points_of_text(text) -%}
    cast('{{ text }}' as double[][])
{%- endmacro %}
