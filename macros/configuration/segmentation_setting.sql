{% macro segmentation_setting(name) %}
    {% set given = var(name) %}
    {% if name == "segmentation_refit" %}
        {% do customer_segmentation.check_one_of(
            name, given, ["when_needed", "always", "never"]
        ) %}
    {% elif name == "segmentation_minimum_silhouette" %}
        {% do customer_segmentation.check_number(name, given, at_least=-1, at_most=1) %}
    {% elif name == "segmentation_restarts" %}
        {% do customer_segmentation.check_number(
            name, given, at_least=1, at_most=1000, whole=true
        ) %}
    {% elif name == "segmentation_seed" %}
        {% do customer_segmentation.check_number(
            name, given, at_least=0, at_most=4294967295, whole=true
        ) %}
    {% elif name == "segmentation_rejected_rows" %}
        {% do customer_segmentation.check_one_of(name, given, [true, false]) %}
    {% else %}
        {% do customer_segmentation.check_text(name, given) %}
    {% endif %}
    {{ return(given) }}
{% endmacro %}
