-- A feature that is imputed for most customers says little about them.
{{ config(severity="warn") }}

{% set checks = [] %}
{% for feature in configured_features() %}
    {% do checks.append({
        "about": {"feature": feature.name},
        "query": test_missing_share_at_most(
            ref("customer_segmentation", "customer_features"), feature.name, 0.5
        ),
    }) %}
{% endfor %}

{{ failures_of(checks) }}
