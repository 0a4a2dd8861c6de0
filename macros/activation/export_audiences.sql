{#- This is a pre-hook of audience_files, so all tests on audiences have passed. -#}
{% macro export_audiences() %}
    {% for file in customer_segmentation.audience_files() if execute %}
        {{ customer_segmentation.export_table(
            ref("customer_segmentation", "audiences"),
            customer_segmentation.safe_audience_columns() if file.format == "csv" else "*",
            file.path,
            file.format,
        ) }};
    {% endfor %}
{% endmacro %}


{% macro safe_audience_columns() %}
    {% set texts = customer_segmentation.configured_attributes()
        | map(attribute="name") | list %}
    {% for segmentation in customer_segmentation.configured_segmentations() %}
        {% do texts.extend([
            segmentation.name ~ "_segment_id", segmentation.name ~ "_segment_name"
        ]) %}
    {% endfor %}
    {% set replacements = [] %}
    {% for column in ["customer_id"] + texts %}
        {% set text = "cast(" ~ adapter.quote(column) ~ " as " ~ dbt.type_string() ~ ")" %}
        {% do replacements.append(
            customer_segmentation.safe_cell(text) ~ " as " ~ adapter.quote(column)
        ) %}
    {% endfor %}
    {{ return("* replace (" ~ replacements | join(", ") ~ ")") }}
{% endmacro %}
