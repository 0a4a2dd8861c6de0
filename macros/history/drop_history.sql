{% macro drop_history() %}
    {% for table in ["customer_segment_history", "segment_migrations"] %}
        {% set relation = customer_segmentation.earlier_relation(table) %}
        {% do adapter.drop_relation(relation) if relation %}
    {% endfor %}
    {# Without a commit, dbt would roll back the changes of an operation. #}
    {% do run_query("commit") %}
    {{ log("The history is gone. The next build begins a new one.", info=true) }}
{% endmacro %}
