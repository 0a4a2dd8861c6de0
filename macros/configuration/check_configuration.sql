{#- Private helpers of the configuration macros. Each one either returns nothing
    or stops the parse with the key, what is allowed and what was given. -#}

{% macro configuration_error(key, allowed, given) %}
    {{ exceptions.raise_compiler_error(
        "Configuration error in vars: " ~ key ~ " must be " ~ allowed
        ~ ". Given: " ~ (given if given is string else tojson(given, given | string))
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
