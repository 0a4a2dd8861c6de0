{% macro described_columns() %}
    {{ return(
        customer_segmentation.configured_features()
        + customer_segmentation.configured_measures() | rejectattr("is_feature") | list
        + customer_segmentation.configured_attributes()
    ) }}
{% endmacro %}
