{% macro print_at_end(results) %}
    {# One hook calls all three macros, because dbt prints a line for each hook. #}
    {% do customer_segmentation.print_segments(results) %}
    {% do customer_segmentation.print_verdicts(results) %}
    {% do customer_segmentation.print_findings(results) %}
{% endmacro %}
