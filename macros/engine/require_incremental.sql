{% macro require_incremental(otherwise) %}
    {% if execute and model.resource_type == "model"
        and config.get("materialized") != "incremental" %}
        {{ exceptions.raise_compiler_error(
            model.name ~ " must stay incremental, or " ~ otherwise
            ~ ". Put `+materialized` under your own project's name in dbt_project.yml."
        ) }}
    {% endif %}
{% endmacro %}
