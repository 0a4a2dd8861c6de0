{#- The columns of `audiences` depend on the vars, so its semantic model cannot be a file
    of this project. -#}
{% macro print_semantic_layer(time_spine=none) %}
    {% set segmentations = customer_segmentation.configured_segmentations() %}
    {% set measures = customer_segmentation.configured_measures() %}
    {% set dimensions = [] %}
    {% for attribute in customer_segmentation.configured_attributes() %}
        {% do dimensions.append(
            {"name": attribute.name, "type": "categorical", "label": attribute.label}
        ) %}
    {% endfor %}
    {% for segmentation in segmentations %}
        {% do dimensions.append(
            {"name": segmentation.name ~ "_segment_name", "type": "categorical"}
        ) %}
        {% do dimensions.append({
            "name": segmentation.name ~ "_since",
            "type": "time",
            "type_params": {"time_granularity": "day"},
        }) %}
    {% endfor %}
    {% for campaign in customer_segmentation.configured_campaigns() %}
        {% do dimensions.append(
            {"name": campaign.name ~ "_is_holdout", "type": "categorical"}
        ) %}
    {% endfor %}
    {% do dimensions.append({"name": "is_holdout", "type": "categorical"}) %}
    {% set summed = [
        {"name": "customers", "label": "Customers", "agg": "sum", "expr": "1"}
    ] %}
    {% for measure in measures %}
        {% do summed.append({
            "name": measure.name,
            "label": measure.label ~ (" (" ~ measure.unit ~ ")" if measure.unit else ""),
            "agg": "sum",
        }) %}
    {% endfor %}
    {% set metrics = [] %}
    {% for measure in summed %}
        {% do metrics.append({
            "name": measure.name,
            "label": measure.label,
            "type": "simple",
            "type_params": {"measure": measure.name},
        }) %}
    {% endfor %}
    {% set written = {
        "semantic_models": [{
            "name": "audiences",
            "description": "One row per customer: measures by segment and attribute.",
            "model": "ref('customer_segmentation', 'audiences')",
            "defaults": {"agg_time_dimension": segmentations[0].name ~ "_since"},
            "entities": [
                {"name": "customer", "type": "primary", "expr": "customer_id"}
            ],
            "dimensions": dimensions,
            "measures": summed,
        }],
        "metrics": metrics,
    } %}
    {% do written.update({"models": [{
        "name": time_spine,
        "time_spine": {"standard_granularity_column": "date_day"},
        "columns": [{"name": "date_day", "granularity": "day"}],
    }]}) if time_spine %}
    {{ print(toyaml(written)) }}
{% endmacro %}
