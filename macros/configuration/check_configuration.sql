{#- Private helpers of the configuration macros. Each one returns nothing or stops the
    parse with an error that names the key, the allowed and the given value. It raises a
    dependency error, because dbt lists all calling macros below a compiler error. -#}

{% macro configuration_error(key, allowed, given) %}
    {% set text = given if given is string else tojson(given, given | string) %}
    {{ exceptions.raise_dependency_error(
        "Configuration error in vars: " ~ key ~ " must be " ~ allowed
        ~ ". Given: " ~ (text.split() | join(" ") | truncate(300) or "a blank text")
    ) }}
{% endmacro %}


{% macro check_mapping(key, given, allowed_keys=none) %}
    {% if given is not mapping %}
        {{ customer_segmentation.configuration_error(
            key, "a mapping of names to options", given
        ) }}
    {% endif %}
    {% for option in given if allowed_keys is not none and option not in allowed_keys %}
        {{ customer_segmentation.configuration_error(
            key, "a mapping with the keys " ~ allowed_keys | join(", "), option
        ) }}
    {% endfor %}
{% endmacro %}


{% macro check_name(key, given) %}
    {% set reserved = [
        "copies", "customer_id", "customers", "fit_id", "given_id", "is_conflicting",
        "is_holdout", "rejected_row", "rejection", "segment_id", "segment_name",
        "segmentation", "source_row",
    ] %}
    {% if given is not string or "__" in given
        or not modules.re.match("^[a-z][a-z0-9_]*$", given) %}
        {{ customer_segmentation.configuration_error(
            key, "a name of lower-case letters, digits and single underscores"
            ~ " (use `expression` to reach a column with another name)", given
        ) }}
    {% elif given in reserved %}
        {{ customer_segmentation.configuration_error(
            key, "a name other than " ~ reserved | join(", "), given
        ) }}
    {% endif %}
{% endmacro %}


{% macro check_one_of(key, given, allowed) %}
    {% if given not in allowed %}
        {{ customer_segmentation.configuration_error(
            key, "one of " ~ allowed | join(", "), given
        ) }}
    {% endif %}
{% endmacro %}


{% macro check_number(key, given, at_least=none, at_most=none, more_than=none, whole=false) %}
    {% if given is not number
        or given is boolean
        or (whole and given is not integer)
        or (at_least is not none and given < at_least)
        or (more_than is not none and given <= more_than)
        or (at_most is not none and given > at_most) %}
        {% set allowed = [("a whole number" if whole else "a number")] %}
        {% do allowed.append("of at least " ~ at_least) if at_least is not none %}
        {% do allowed.append("greater than " ~ more_than) if more_than is not none %}
        {% do allowed.append("and at most " ~ at_most) if at_most is not none %}
        {{ customer_segmentation.configuration_error(key, allowed | join(" "), given) }}
    {% endif %}
{% endmacro %}


{% macro check_text(key, given) %}
    {% if given is not string or not given | trim %}
        {{ customer_segmentation.configuration_error(key, "a text", given) }}
    {% endif %}
{% endmacro %}


{# The given SQL becomes part of a larger query. An open quote or bracket, or a comment,
   would change the SQL around it. #}
{% macro check_sql(key, given, is_relation=false) %}
    {% do customer_segmentation.check_text(key, given) %}
    {% set text = namespace(bare=modules.re.sub("\"[^\"]*\"|'[^']*'", "x", given)) %}
    {% set brackets = modules.re.sub("[^\\[\\](){}]", "", text.bare) %}
    {% for pair in range(brackets | length // 2) %}
        {% set text.bare = modules.re.sub(
            "\\([^\\[\\](){}]*\\)|\\[[^\\[\\](){}]*\\]|{[^\\[\\](){}]*}", "x", text.bare
        ) %}
    {% endfor %}
    {% if is_relation and modules.re.match("(select|with|from)\\b", given | trim | lower) %}
        {{ customer_segmentation.configuration_error(
            key, "a table, a function or a query in brackets: add the brackets", given
        ) }}
    {% endif %}
    {% set slip = modules.re.search(
        "--|/[*]|[;'\"\\[\\](){}" ~ ("" if is_relation else ",") ~ "]", text.bare
    ) %}
    {% if slip %}
        {% set without_comments = "SQL without comments: write them in YAML, after #" %}
        {% set closed = "SQL with every quote closed: add the missing one" %}
        {% set allowed = {
            "--": without_comments,
            "/*": without_comments,
            ";": "SQL without a semicolon: leave it out",
            "'": closed,
            '"': closed,
            ",": "SQL for a single value: remove what follows the comma",
        } %}
        {{ customer_segmentation.configuration_error(
            key,
            allowed.get(slip.group(), "SQL with brackets in pairs: add or remove one"),
            given,
        ) }}
    {% endif %}
{% endmacro %}
