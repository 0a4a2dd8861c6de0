{#- SQL aggregates: turn one row per feature into lists of parameters in the order of the
    features, as customer_points() reads them. -#}
{% macro preparation_lists() -%}
    {%- for parameter in [
        "imputed_value", "lower_bound", "upper_bound", "center", "scale", "weight",
    ] %}
    {{ customer_segmentation.ordered_list(parameter, "position") }} as {{ parameter }}s
    {{- "," if not loop.last }}
    {%- endfor %}
{%- endmacro %}
