{% macro audience_files() %}
    {% set folder = customer_segmentation.segmentation_setting("segmentation_export_folder") %}
    {% set files = [] %}
    {% for format in ["parquet", "csv"] if folder and not flags.EMPTY %}
        {% do files.append({"format": format, "path": folder ~ "/audiences." ~ format}) %}
    {% endfor %}
    {{ return(files) }}
{% endmacro %}
