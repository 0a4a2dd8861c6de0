{% macro print_verdicts(results) %}
    {# One line per segmentation says whether to believe its segments. #}
    {% for result in results
        if result.node.unique_id == "model.customer_segmentation.kmeans_assumptions"
        and result.status == "success" %}
        {% set verdicts = run_query(
            "select distinct segmentation, verdict from " ~ result.node.relation_name
            ~ " order by segmentation"
        ) %}
        {% for row in verdicts.rows %}
            {% do log(
                "%-14s %s" | format(row.segmentation, "verdict: " ~ row.verdict), info=true
            ) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}
