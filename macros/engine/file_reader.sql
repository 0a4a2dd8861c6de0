{#- A file as a table, by the options of read_file, which has validated them. -#}
{% macro file_reader(options, is_parquet) %}
    {{ return(adapter.dispatch("file_reader", "customer_segmentation")(
        options, is_parquet
    )) }}
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
    {# Where a text goes on in another line, DuckDB fills short rows in one thread only. #}
    {% do given.update({"null_padding": "true", "parallel": "false"})
        if options.get("short_rows") == "fill" %}
    {% for name, value in given.items() %}
        {% do arguments.append(name ~ " = " ~ value) %}
    {% endfor %}
    {{ return("read_csv(" ~ arguments | join(", ") ~ ")") }}
{% endmacro %}
