-- Two features that say the same count twice in the distance.
-- depends_on: {{ ref("customer_segmentation", "int_sample_standardized") }}
{{ config(severity="warn") }}

{% set checks = [] %}
{% for segmentation in configured_segmentations("kmeans") %}
    {# the last category of a block follows from the others by design #}
    {% set names = [] %}
    {% set blocks = [] %}
    {% for feature in segmentation.features %}
        {% do names.append(feature.name)
            if not feature.category or feature.block in blocks %}
        {% do blocks.append(feature.block) %}
    {% endfor %}
    {% do checks.append({
        "about": {"segmentation": segmentation.name},
        "finding": "column_name || ' and ' || other_column || ' of "
            ~ segmentation.name ~ " say the same: their correlation is ' ||"
            ~ " round(correlation, 3) || '. Keep one of them.'",
        "query": test_correlation_at_most(
            standardized_customers(segmentation, "int_sample_standardized"), names, 0.95
        ),
    }) if names | length > 1 %}
{% endfor %}

{{ failures_of(checks) }}
