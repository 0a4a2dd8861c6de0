{% macro print_verdicts(results) %}
    {# Whether to believe the segments, in one line per segmentation. #}
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
