{% macro data_as_of() %}
    {% set given = customer_segmentation.segmentation_setting("segmentation_data_as_of") %}
    {# Only the root project reads the var, because reading it counts as a reference to
       the customers. #}
    {% if not given and project_name == "customer_segmentation"
        and "customers_enriched" in var("segmentation_customers") | string %}
        {% set given = var("orders_as_of") | string %}
    {% endif %}
    {{ return(
        "null" if not given
        else customer_segmentation.quoted_text(given)
            if modules.re.match("[0-9]{4}-[0-9]{2}-[0-9]{2}( .*)?$", given)
        else given
    ) }}
{% endmacro %}
