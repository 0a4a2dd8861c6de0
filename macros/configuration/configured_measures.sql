{% macro configured_measures() %}
    {% set measures = [] %}
    {% set features = {} %}
    {% for feature in customer_segmentation.configured_features() %}
        {% do features.update({feature.name: feature}) %}
    {% endfor %}
    {% set given_measures = var("segmentation_measures") %}
    {% do customer_segmentation.check_mapping("segmentation_measures", given_measures) %}
    {% for name, given in given_measures.items() %}
        {% set key = "segmentation_measures." ~ name %}
        {% do customer_segmentation.check_name(key, name) %}
        {% do customer_segmentation.check_mapping(
            key, given, ["expression", "label", "max", "min", "unit"]
        ) %}
        {% set feature = features.get(name) %}
        {% set measure = {
            "name": name,
            "is_feature": feature is not none,
            "expression": given.get(
                "expression", feature.expression if feature else adapter.quote(name)
            ),
            "label": given.get("label", name | replace("_", " ") | capitalize),
            "unit": given.get("unit", ""),
            "minimum": given.get("min", -1e15),
            "maximum": given.get("max", 1e15),
        } %}
        {% do customer_segmentation.check_sql(key ~ ".expression", measure.expression) %}
        {% do customer_segmentation.check_text(key ~ ".label", measure.label) %}
        {% if feature and feature.expression != measure.expression %}
            {{ customer_segmentation.configuration_error(
                key ~ ".expression",
                "that of the feature of the same name (or give the measure another name)",
                measure.expression,
            ) }}
        {% endif %}
        {% for limit in ["min", "max"] if feature and limit in given %}
            {{ customer_segmentation.configuration_error(
                key ~ "." ~ limit, "set at the feature of the same name", given[limit]
            ) }}
        {% endfor %}
        {% do customer_segmentation.check_number(
            key ~ ".min", measure.minimum, at_least=-1e15, at_most=1e15
        ) %}
        {% do customer_segmentation.check_number(
            key ~ ".max", measure.maximum, more_than=measure.minimum, at_most=1e15
        ) %}
        {% do measures.append(measure) %}
    {% endfor %}
    {{ return(measures) }}
{% endmacro %}


{#- Every numeric column once: the features, and the measures that are not features. -#}
{% macro configured_numbers() %}
    {{ return(
        customer_segmentation.configured_features()
        + customer_segmentation.configured_measures() | rejectattr("is_feature") | list
    ) }}
{% endmacro %}
