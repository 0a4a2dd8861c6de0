{#- SQL that reads a file as a table. The macro read_file has validated the options. -#}
{% macro file_reader(options, is_parquet) %}
    {{ return(adapter.dispatch("file_reader", "customer_segmentation")(
        options, is_parquet
    )) }}
{% endmacro %}

{% macro default__file_reader(options, is_parquet) %}
    {{ exceptions.raise_compiler_error(
        "Configuration error in " ~ options.file ~ ": only DuckDB reads files. Make a"
        ~ " table of the file, and name the table."
    ) }}
{% endmacro %}

{% macro duckdb__file_reader(options, is_parquet) %}
    {% set arguments = [customer_segmentation.quoted_text(options.file)] %}
    {% if is_parquet %}
        {{ return("read_parquet(" ~ arguments[0] ~ ")") }}
    {% endif %}
    {% set given = {
        "all_varchar": "true",
        "header": options.get("header", true) | string | lower,
        "skip": options.get("skip_lines", 0),
        "comment": "''",
        "quote": customer_segmentation.quoted_text(options.get("quote", '"')),
        "escape": customer_segmentation.quoted_text(
            options.get("escape", options.get("quote", '"'))
        ),
    } %}
    {% do given.update({
        "delim": customer_segmentation.quoted_text(options.delimiter)
    }) if "delimiter" in options %}
    {% do given.update({
        "encoding": customer_segmentation.quoted_text(options.encoding)
    }) if "encoding" in options %}
    {# If texts contain line ends, DuckDB can fill short rows only in a single thread. #}
    {% do given.update({"null_padding": "true", "parallel": "false"})
        if options.get("short_rows") == "fill" %}
    {% for name, value in given.items() %}
        {% do arguments.append(name ~ " = " ~ value) %}
    {% endfor %}
    {{ return("read_csv(" ~ arguments | join(", ") ~ ")") }}
{% endmacro %}
