-- K-means squares distances: far outliers pull centroids towards them, or get a
-- segment of their own. A transform or clip tames them.
-- depends_on: {{ ref("customer_segmentation", "int_sample_points") }}
{{ config(severity="warn") }}

{% set checks = [] %}
{% for segmentation in configured_segmentations("kmeans") %}
    {# a category is 0 or 1: the few who have a rare one are no outliers #}
    {% for feature in segmentation.features if not feature.category %}
        {% do checks.append({
            "about": {"segmentation": segmentation.name, "feature": feature.name},
            "finding": "outliers || ' of ' || numbers_found || ' customers are outliers"
                ~ " in " ~ feature.name ~ " of " ~ segmentation.name
                ~ ". Use transform: log, or clip: [0.01, 0.99].'",
            "query": test_outlier_share_at_most(
                standardized_customers(segmentation, "int_sample_points"),
                feature.name, 0.01
            ),
        }) %}
    {% endfor %}
{% endfor %}

{{ failures_of(checks) }}
