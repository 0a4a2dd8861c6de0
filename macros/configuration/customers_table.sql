{% macro customers_table() %}
    {% set key = "segmentation_customers" %}
    {% set given = var(key, none) %}
    {% set named = modules.re.match(
        "(?i)^'?([^'\"(){}]+\\.(?:csv|tsv|txt|parquet)(?:\\.gz|\\.zst)?)'?$",
        given | trim,
    ) if given is string %}
    {% if given is mapping %}
        {% set sql = customer_segmentation.read_file(given, key) %}
    {% elif named %}
        {% set sql = customer_segmentation.read_file({"file": named.group(1)}, key) %}
    {% elif given is string and given | trim %}
        {% do customer_segmentation.check_sql(key, given, is_relation=true) %}
        {% set sql = given %}
    {% else %}
        {{ customer_segmentation.configuration_error(
            key,
            "a table, such as \"{{ ref('your_project', 'customers') }}\", or a file, such"
            ~ " as {file: customers.csv}",
            "nothing (null). Is the line empty?" if given is none else given
        ) }}
    {% endif %}
    {{ return(customer_segmentation.without_guesses(key, sql)) }}
{% endmacro %}
