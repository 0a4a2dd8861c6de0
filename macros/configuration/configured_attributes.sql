{% macro configured_attributes() %}
    {% set attributes = [] %}
    {% set given_attributes = var("segmentation_attributes") %}
    {% if given_attributes is string
        or given_attributes is not iterable %}
        {{ customer_segmentation.configuration_error(
            "segmentation_attributes",
            "a list of columns, or a mapping of names to options", given_attributes
        ) }}
    {% endif %}
    {% for name in given_attributes %}
        {% set key = "segmentation_attributes." ~ name %}
        {% set given = given_attributes[name] if given_attributes is mapping else {} %}
        {% do customer_segmentation.check_name(key, name) %}
        {% do customer_segmentation.check_mapping(
            key, given, ["expression", "label", "targetable"]
        ) %}
        {% if name in attributes | map(attribute="name") %}
            {{ customer_segmentation.configuration_error(
                key, "a name that no other attribute, feature or measure has", name
            ) }}
        {% endif %}
        {% set attribute = {
            "name": name,
            "expression": given.get("expression", adapter.quote(name)),
            "label": given.get("label", name | replace("_", " ") | capitalize),
            "targetable": given.get("targetable", true),
        } %}
        {% do customer_segmentation.check_one_of(
            key ~ ".targetable", attribute.targetable, [true, false]
        ) %}
        {% do customer_segmentation.check_sql(key ~ ".expression", attribute.expression) %}
        {% do customer_segmentation.check_text(key ~ ".label", attribute.label) %}
        {% do attributes.append(attribute) %}
    {% endfor %}
    {{ return(attributes) }}
{% endmacro %}


{% macro check_names_of_attributes() %}
    {% set numbers = customer_segmentation.configured_features()
        + customer_segmentation.configured_measures() %}
    {% for attribute in customer_segmentation.configured_attributes()
        if attribute.name in numbers | map(attribute="name") %}
        {{ customer_segmentation.configuration_error(
            "segmentation_attributes." ~ attribute.name,
            "a name that no other attribute, feature or measure has", attribute.name
        ) }}
    {% endfor %}
{% endmacro %}
