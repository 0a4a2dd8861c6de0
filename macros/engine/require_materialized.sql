{#- dbt_project.yml says how these models are materialized, and a config of the user's
    project comes after it: what is there while a model is parsed is what they add up to. -#}
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
