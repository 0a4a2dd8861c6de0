{#- SQL: the list of the prepared, standardized and weighted values of some features.
    features: those of a segmentation, in order.
    values: SQL of the raw value of each.
    A relation `preparations` must be in scope, see customer_points(). -#}
{% macro point(features, values) -%}
    [
        {%- for feature in features %}
        {%- set position = loop.index %}
        {%- set value = customer_segmentation.prepared_value(
            feature,
            values[loop.index0],
            customer_segmentation.list_element("preparations.imputed_values", position),
            customer_segmentation.list_element("preparations.lower_bounds", position),
            customer_segmentation.list_element("preparations.upper_bounds", position),
        ) %}
        ({{ value }} - {{ customer_segmentation.list_element(
            "preparations.centers", position
        ) }}) / {{ customer_segmentation.list_element("preparations.scales", position) }}
            * sqrt({{ customer_segmentation.list_element(
                "preparations.weights", position
            ) }})
        {{- "," if not loop.last }}
        {%- endfor %}
    ]
{%- endmacro %}
