{% macro print_at_end(results) %}
    {# One hook, since dbt announces each. #}
    {% do customer_segmentation.print_segments(results) %}
    {% do customer_segmentation.print_findings(results) %}
{% endmacro %}
