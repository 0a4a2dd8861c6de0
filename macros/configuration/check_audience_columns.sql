{% macro check_audience_columns() %}
    {% set columns = customer_segmentation.configured_attributes()
        + customer_segmentation.configured_measures() %}
    {% for segmentation in customer_segmentation.configured_segmentations() %}
        {% for suffix in ["segment_id", "segment_name", "since"] %}
            {% set column = segmentation.name ~ "_" ~ suffix %}
            {% if column in columns | map(attribute="name") %}
                {{ customer_segmentation.configuration_error(
                    "segmentations." ~ segmentation.name,
                    "a name that gives `audiences` no two columns of the same name", column
                ) }}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {% for campaign in customer_segmentation.configured_campaigns()
        if campaign.name ~ "_is_holdout" in columns | map(attribute="name") %}
        {{ customer_segmentation.configuration_error(
            "segmentation_campaigns." ~ campaign.name,
            "a name that gives `audiences` no two columns of the same name",
            campaign.name ~ "_is_holdout"
        ) }}
    {% endfor %}
{% endmacro %}
