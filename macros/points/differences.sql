{#- SQL: the list of the differences between the coordinates of two points, each divided
    by the divisor; 0 if the divisor is 0.
    point, other: SQL of a list of numbers each.
    divisor: SQL of a number. -#}
{% macro differences(point, other, divisor) -%}
    {{ return(
        adapter.dispatch("differences", "customer_segmentation")(point, other, divisor)
    ) }}
{%- endmacro %}

{% macro default__differences(point, other, divisor) -%}
    zip_with({{ point }}, {{ other }}, (here, there) -> coalesce(
        (here - there) / nullif({{ divisor }}, 0), 0d
    ))
{%- endmacro %}

{% macro duckdb__differences(point, other, divisor) -%}
    [
            coalesce(
                ({{ point }}[place] - {{ other }}[place]) / nullif({{ divisor }}, 0), 0
            )
            for place in range(1, len({{ point }}) + 1)
        ]
{%- endmacro %}
