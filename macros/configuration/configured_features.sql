{% macro configured_features() %}
    {% set options = [
        "basis", "clip", "expression", "label", "max", "min", "missing", "scale",
        "transform", "unit", "weight", "words",
    ] %}
    {% set features = [] %}
    {% set given_features = var("segmentation_features") %}
    {% do customer_segmentation.check_mapping("segmentation_features", given_features) %}
    {% for name, given in given_features.items() %}
        {% set key = "segmentation_features." ~ name %}
        {% do customer_segmentation.check_name(key, name) %}
        {% do customer_segmentation.check_mapping(key, given, options) %}
        {% set transform = given.get("transform", "none") %}
        {% set lowest = 0 if transform in ["log", "sqrt"] else -1e15 %}
        {% set feature = {
            "name": name,
            "basis": given.get("basis", "behavioral"),
            "expression": given.get("expression", adapter.quote(name)),
            "minimum": given.get("min", lowest),
            "maximum": given.get("max", 1e15),
            "missing": given.get("missing", "reject"),
            "clip": given.get("clip", []),
            "transform": transform,
            "scale": given.get("scale", "standard"),
            "weight": given.get("weight", 1),
            "label": given.get("label", name | replace("_", " ") | capitalize),
            "unit": given.get("unit", ""),
            "words": given.get("words", {}),
        } %}
        {% do customer_segmentation.check_feature(key, feature, lowest) %}
        {% do features.append(feature) %}
    {% endfor %}
    {{ return(features) }}
{% endmacro %}


{% macro check_feature(key, feature, lowest) %}
    {% do customer_segmentation.check_one_of(
        key ~ ".basis", feature.basis,
        ["geographic", "demographic", "behavioral", "psychographic"],
    ) %}
    {% do customer_segmentation.check_text(key ~ ".expression", feature.expression) %}
    {% do customer_segmentation.check_number(
        key ~ ".min", feature.minimum, at_least=lowest, at_most=1e15
    ) %}
    {% do customer_segmentation.check_number(
        key ~ ".max", feature.maximum, more_than=feature.minimum, at_most=1e15
    ) %}
    {% if feature.missing is string %}
        {% do customer_segmentation.check_one_of(
            key ~ ".missing", feature.missing,
            ["reject", "unassigned", "median", "mean", "or a number"],
        ) %}
    {% else %}
        {% do customer_segmentation.check_number(
            key ~ ".missing", feature.missing, feature.minimum, feature.maximum
        ) %}
    {% endif %}
    {% if feature.clip is string or feature.clip is mapping
        or feature.clip | length not in [0, 2] %}
        {{ customer_segmentation.configuration_error(
            key ~ ".clip", "two quantiles such as [0.01, 0.99]", feature.clip
        ) }}
    {% elif feature.clip %}
        {% do customer_segmentation.check_number(
            key ~ ".clip", feature.clip[0], at_least=0, at_most=1
        ) %}
        {% do customer_segmentation.check_number(
            key ~ ".clip", feature.clip[1], more_than=feature.clip[0], at_most=1
        ) %}
    {% endif %}
    {% do customer_segmentation.check_one_of(
        key ~ ".transform", feature.transform, ["none", "log", "sqrt"]
    ) %}
    {% do customer_segmentation.check_one_of(
        key ~ ".scale", feature.scale, ["standard", "robust", "none"]
    ) %}
    {% do customer_segmentation.check_number(
        key ~ ".weight", feature.weight, more_than=0, at_most=1000
    ) %}
    {% do customer_segmentation.check_text(key ~ ".label", feature.label) %}
    {% if feature.unit is not string %}
        {{ customer_segmentation.configuration_error(key ~ ".unit", "a text", feature.unit) }}
    {% endif %}
    {% do customer_segmentation.check_mapping(
        key ~ ".words", feature.words, ["low", "high"]
    ) %}
{% endmacro %}
