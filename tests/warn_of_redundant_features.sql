-- If two features carry the same information, it has double weight in the distance.
-- depends_on: {{ ref("customer_segmentation", "int_sample_points") }}
{{ config(severity="warn") }}

{% set checks = [] %}
{% for segmentation in configured_segmentations("kmeans") %}
    {# The categories of one feature are correlated by design, because they exclude each
       other. The test skips the first category, which follows from the others, and pairs
       within a feature. #}
    {% set names = [] %}
    {% set blocks = [] %}
    {% set block_of -%}
    case {name} {% for feature in segmentation.features if feature.category -%}
        when '{{ feature.name }}' then '{{ feature.block }}' {% endfor %} else {name} end
    {%- endset %}
    {% for feature in segmentation.features %}
        {% do names.append(feature.name)
            if not feature.category or feature.block in blocks %}
        {% do blocks.append(feature.block) %}
    {% endfor %}
    {% set redundant -%}
    select * from (
        {{- test_correlation_at_most(
            standardized_customers(segmentation, "int_sample_points"), names, 0.95
        ) if names | length > 1 -}}
    ) as correlated_pairs
    {% if names | length < segmentation.features | length -%}
    where {{ block_of | replace("{name}", "column_name") }}
        != {{ block_of | replace("{name}", "other_column") }}
    {%- endif %}
    {%- endset %}
    {% do checks.append({
        "about": {"segmentation": segmentation.name},
        "finding": "column_name || ' and ' || other_column || ' of "
            ~ segmentation.name ~ " say the same: their correlation is ' ||"
            ~ " round(correlation, 3) || '. Keep one of them.'",
        "query": redundant,
    }) if names | length > 1 %}
{% endfor %}

{{ failures_of(checks) }}
