{% macro read_file(options, key="read_file") %}
    {% do customer_segmentation.check_mapping(key, options) %}
    {% set file = options.get("file") %}
    {% do customer_segmentation.check_text(key ~ ".file", file) %}
    {% if modules.re.search("(?i)\\.(xlsx?|ods|json|jsonl|zip)$", file) %}
        {{ customer_segmentation.configuration_error(
            key ~ ".file", "a CSV or Parquet file (save or unpack it as CSV)", file
        ) }}
    {% endif %}
    {% set is_parquet = modules.re.search("(?i)\\.parquet$", file) %}
    {% set names = ["file"] if is_parquet else [
        "file", "delimiter", "encoding", "escape", "header", "quote", "short_rows",
        "skip_lines",
    ] %}
    {% do customer_segmentation.check_mapping(key, options, names) %}
    {% for sign, most in {"delimiter": 4, "quote": 1, "escape": 1}.items()
        if sign in options %}
        {% if options[sign] is not string or options[sign] | length > most
            or (sign == "delimiter" and not options[sign]) %}
            {{ customer_segmentation.configuration_error(
                key ~ "." ~ sign, "a text of one character" if most == 1
                    else "a text, such as ';' or \"\\t\"", options[sign]
            ) }}
        {% endif %}
    {% endfor %}
    {% do customer_segmentation.check_one_of(
        key ~ ".encoding", options.get("encoding", "utf-8"),
        ["utf-8", "latin-1", "utf-16"],
    ) %}
    {% do customer_segmentation.check_one_of(
        key ~ ".header", options.get("header", true), [true, false]
    ) %}
    {% do customer_segmentation.check_one_of(
        key ~ ".short_rows", options.get("short_rows", "stop"), ["stop", "fill"]
    ) %}
    {% do customer_segmentation.check_number(
        key ~ ".skip_lines", options.get("skip_lines", 0), at_least=0, whole=true
    ) %}
    {{ return(customer_segmentation.file_reader(options, is_parquet)) }}
{% endmacro %}
