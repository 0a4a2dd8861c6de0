-- Else one feature would outweigh the others by its unit alone.
-- depends_on: {{ ref("customer_segmentation", "customer_features_standardized") }}
{% set checks = [] %}
{% for segmentation in configured_segmentations("kmeans") %}
    {% for feature in segmentation.features if feature.scale == "standard" %}
        {% do checks.append({
            "about": {"segmentation": segmentation.name, "feature": feature.name},
            "query": test_is_standardized(
                standardized_customers(segmentation), feature.name
            ),
        }) %}
    {% endfor %}
{% endfor %}

{{ failures_of(checks) }}
