{% macro print_segments(results) %}
    {# After a build, a user first wants to see the segments. #}
    {% for result in results
        if result.node.unique_id == "model.customer_segmentation.segments"
        and result.status == "success" %}
        {% set segments = run_query(
            "select segmentation, segment_name, customers,"
            ~ " round(100 * share, 1) as percent from "
            ~ result.node.relation_name
            ~ " where mean_distance is not null"
            ~ " order by segmentation, customers desc, segment_name"
        ) %}
        {% for segment in segments.rows %}
            {% do log("%-14s %-44s %10s  %4.1f %%" | format(
                segment.segmentation,
                segment.segment_name,
                "{:,}".format(segment.customers | int),
                segment.percent,
            ), info=true) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}
