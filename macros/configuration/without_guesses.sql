{% macro without_guesses(key, sql) %}
    {# Texts, quoted names and comments may contain brackets, so they are masked. #}
    {% set masked = namespace(sql=sql) %}
    {% for text in modules.re.finditer(
        "--[^\n]*|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"", sql
    ) %}
        {% set masked.sql = masked.sql[:text.start()] ~ "'"
            ~ "x" * (text.end() - text.start() - 2) ~ "'" ~ masked.sql[text.end():] %}
    {% endfor %}
    {% for text in modules.re.finditer("(?i)\\b(?:from|join)\\s+('x*')", masked.sql)
        if modules.re.search("(?i)\\.(csv|tsv|txt)(\\.\\w+)?$",
            sql[text.start(1):text.end(1)][1:-1]) %}
        {{ customer_segmentation.configuration_error(
            key, "given a file as read_csv('...', all_varchar = true)",
            sql[text.start(1):text.end(1)]
        ) }}
    {% endfor %}
    {% set result = namespace(sql="", at=0) %}
    {% set readers = [] %}
    {% for call in modules.re.finditer(
        "(?i)\\bread_csv(?:_auto)?\\s*\\(", masked.sql
    ) %}
        {% set inside = namespace(depth=1, at=call.end(), end=none, arguments=[]) %}
        {% for sign in modules.re.finditer("[(){},\\[\\]]", masked.sql)
            if sign.start() >= call.end() and inside.depth %}
            {% if sign.group() in "([{" %}
                {% set inside.depth = inside.depth + 1 %}
            {% elif sign.group() in ")]}" %}
                {% set inside.depth = inside.depth - 1 %}
            {% endif %}
            {% if not inside.depth or (sign.group() == "," and inside.depth == 1) %}
                {% do inside.arguments.append(sql[inside.at:sign.start()] | trim) %}
                {% set inside.at = sign.end() %}
            {% endif %}
        {% endfor %}
        {% set options = customer_segmentation.reading_options(
            key, inside.arguments | select | list
        ) %}
        {% set reader = "read_csv(" ~ inside.arguments | select | join(", ")
            ~ (", skip = 0" if "skip" not in options)
            ~ (", comment = ''" if "comment" not in options) ~ ")" %}
        {% do readers.append({
            "reader": reader,
            "options": options,
            "is_whole_table": (sql[:call.start()] ~ sql[inside.at:]) | trim == "",
        }) %}
        {% set result.sql = result.sql ~ sql[result.at:call.start()] ~ reader %}
        {% set result.at = inside.at %}
    {% endfor %}
    {{ return({"sql": result.sql ~ sql[result.at:], "readers": readers}) }}
{% endmacro %}


{% macro reading_options(key, arguments) %}
    {% set options = {"file": arguments[0] if arguments else "null"} %}
    {% for argument in arguments[1:] %}
        {% set option = modules.re.match(
            "(?s)(\\w+)\\s*(?::=|=>|=)\\s*(.*)$", argument
        ) %}
        {% do options.update({option.group(1) | lower: option.group(2) | trim})
            if option %}
    {% endfor %}
    {% for name, harmless in {
        "ignore_errors": ["false", "0"],
        "store_rejects": ["false", "0"],
        "comment": ["''"],
    }.items() if options.get(name, harmless[0]) | lower not in harmless %}
        {{ customer_segmentation.configuration_error(
            key,
            "given without " ~ name ~ ", which loses rows without a word. Without it the"
            ~ " build names the lines that cannot be read, so that you can mend them",
            name ~ " = " ~ options[name]
        ) }}
    {% endfor %}
    {% if not modules.re.match("[0-9]+$", options.get("skip", "0")) %}
        {{ customer_segmentation.configuration_error(
            key ~ ".skip", "the number of lines before the header", options.skip
        ) }}
    {% endif %}
    {{ return(options) }}
{% endmacro %}
