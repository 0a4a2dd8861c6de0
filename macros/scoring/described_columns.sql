{% macro described_columns() %}
    {{ return(
        customer_segmentation.configured_numbers()
        + customer_segmentation.configured_attributes()
    ) }}
{% endmacro %}
