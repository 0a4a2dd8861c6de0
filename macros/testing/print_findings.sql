{% macro print_findings(results) %}
    {# dbt itself only prints how many rows a test has found. #}
    {% for result in results
        if result.node.resource_type == "test" and result.status in ["warn", "fail"]
        and result.node.package_name == "customer_segmentation"
        and "as finding" in result.node.compiled_code %}
        {% set found = run_query(
            "select finding from (" ~ result.node.compiled_code ~ ") as found limit 5"
        ) %}
        {% for row in found.rows %}
            {% do log(result.node.name ~ ": " ~ row.finding, info=true) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}
