{#- dbt_project.yml configures how these models are materialized, and the user's project
    can override it. While dbt parses a model, `model.config` has the result of both. -#}
{% macro require_materialized(kind, otherwise) %}
    {% set given = model.config.materialized %}
    {% if model.resource_type == "model" and given != kind %}
        {{ exceptions.raise_compiler_error(
            "Configuration error in models: " ~ model.name ~ " of customer_segmentation is"
            ~ " +materialized: " ~ given ~ " and must be " ~ kind ~ ", or " ~ otherwise
            ~ ". Put `+materialized` under your own project's name in dbt_project.yml."
        ) }}
    {% endif %}
{% endmacro %}
