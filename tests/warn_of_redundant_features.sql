-- Two features that say the same count twice in the distance.
-- depends_on: {{ ref("customer_features_standardized") }}
{{ config(severity="warn") }}

{% set checks = [] %}
{% for segmentation in configured_segmentations("kmeans")
    if segmentation.features | length > 1 %}
    {% do checks.append({
        "about": {"segmentation": segmentation.name},
        "query": test_correlation_at_most(
            standardized_customers(segmentation),
            segmentation.features | map(attribute="name") | list,
            0.95,
        ),
    }) %}
{% endfor %}

{{ failures_of(checks) }}
