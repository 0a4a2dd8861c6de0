{% macro check_settings() %}
    {# dbt cannot list the vars of dbt_project.yml, so it would silently ignore a
       misspelled name. It can only tell whether a given name is set. This macro
       therefore asks for every name that is one typing error away from a real one. #}
    {% set known = [
        "segmentations", "segmentation_attributes", "segmentation_calendar",
        "segmentation_campaigns", "segmentation_clusters",
        "segmentation_customer_id", "segmentation_customer_id_type",
        "segmentation_customers", "segmentation_data_as_of",
        "segmentation_drift_thresholds",
        "segmentation_export_folder", "segmentation_features", "segmentation_holdout",
        "segmentation_measures", "segmentation_minimum_share",
        "segmentation_minimum_silhouette", "segmentation_names",
        "segmentation_publish_to", "segmentation_publish_without",
        "segmentation_refit", "segmentation_registry_from", "segmentation_rejected_rows",
        "segmentation_restarts", "segmentation_seed", "segmentation_stickiness",
        "segmentation_training", "segmentation_use_fit",
    ] %}
    {% for name in known %}
        {% set slips = [name ~ "s", name | replace("_", "")] %}
        {% do slips.append(name | replace("segmentation_", "segment_"))
            if name != "segmentations" %}
        {% for i in range(name | length) %}
            {% do slips.append(name[:i] ~ name[i + 1:]) %}
            {% do slips.append(name[:i] ~ name[i + 1:i + 2] ~ name[i] ~ name[i + 2:]) %}
            {% do slips.append(name[:i] ~ name[i] ~ name[i:]) %}
        {% endfor %}
        {% for slip in slips if slip not in known and var.has_var(slip) %}
            {{ customer_segmentation.configuration_error(slip, "spelt " ~ name, slip) }}
        {% endfor %}
    {% endfor %}
    {% for name in invocation_args_dict.get("vars", {})
        if name.startswith("segmentation") and name not in known %}
        {{ customer_segmentation.configuration_error(name, "one of " ~ known | join(", "), name) }}
    {% endfor %}
    {% for name in [
        "segmentation_customer_id", "segmentation_customer_id_type",
        "segmentation_data_as_of", "segmentation_drift_thresholds", "segmentation_export_folder",
        "segmentation_holdout", "segmentation_minimum_silhouette", "segmentation_names",
        "segmentation_publish_to", "segmentation_publish_without",
        "segmentation_refit", "segmentation_registry_from",
        "segmentation_rejected_rows", "segmentation_restarts", "segmentation_seed",
        "segmentation_stickiness", "segmentation_training", "segmentation_use_fit",
    ] %}
        {% do customer_segmentation.segmentation_setting(name) %}
    {% endfor %}
    {% do customer_segmentation.check_names_of_attributes() %}
    {% do customer_segmentation.configured_campaigns() %}
    {% do customer_segmentation.configured_calendars() %}
{% endmacro %}
