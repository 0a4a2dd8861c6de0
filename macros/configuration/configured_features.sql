{% macro configured_features() %}
    {% set features = [] %}
    {% set given_features = var("segmentation_features") %}
    {% do customer_segmentation.check_mapping("segmentation_features", given_features) %}
    {% for name, given in given_features.items() %}
        {% set key = "segmentation_features." ~ name %}
        {% do customer_segmentation.check_name(key, name) %}
        {% do customer_segmentation.check_mapping(key, given) %}
        {% if "categories" in given %}
            {% set columns = customer_segmentation.configured_categories(key, name, given) %}
        {% else %}
            {% set columns = [customer_segmentation.configured_number(key, name, given)] %}
        {% endif %}
        {% for column in columns %}
            {% if column.name in features | map(attribute="name") %}
                {{ customer_segmentation.configuration_error(
                    key, "a name that gives no two columns of the same name", column.name
                ) }}
            {% endif %}
            {% do features.append(column) %}
        {% endfor %}
    {% endfor %}
    {{ return(features) }}
{% endmacro %}


{% macro configured_number(key, name, given) %}
    {% do customer_segmentation.check_mapping(key, given, [
        "basis", "categories", "clip", "expression", "label", "max", "min", "missing",
        "scale", "transform", "unit", "weight", "words",
    ]) %}
    {% set transform = given.get("transform", "none") %}
    {% set lowest = 0 if transform in ["log", "sqrt"] else -1e15 %}
    {% set feature = {
        "name": name,
        "block": name,
        "basis": given.get("basis", "behavioral"),
        "expression": given.get("expression", adapter.quote(name)),
        "minimum": given.get("min", lowest),
        "maximum": given.get("max", 1e15),
        "missing": given.get("missing", "reject"),
        "clip": given.get("clip", []),
        "transform": transform,
        "scale": given.get("scale", "standard"),
        "weight": given.get("weight", 1),
        "label": given.get("label", name | replace("_", " ") | capitalize),
        "unit": given.get("unit", ""),
        "words": given.get("words", {}),
    } %}
    {#- These checks are the slowest ones, so they run at parse only. -#}
    {% do customer_segmentation.check_feature(key, given, feature, lowest)
        if not execute %}
    {{ return(feature) }}
{% endmacro %}


{# One-hot encoding: a column of 0 and 1 for each category. With weight 1, all of these
   columns together have the variance of one numeric feature. The default weight is a
   quarter, because categories would otherwise dominate the distance. #}
{% macro configured_categories(key, name, given) %}
    {% do customer_segmentation.check_mapping(key, given, [
        "basis", "categories", "expression", "label", "missing", "weight",
    ]) %}
    {% set categories = given.categories %}
    {% if categories is string or categories is mapping or categories is not iterable
        or categories | reject("string") | list or categories | length < 2
        or categories | unique | list | length < categories | length %}
        {{ customer_segmentation.configuration_error(
            key ~ ".categories", "a list of at least two different texts, in quotes where"
            ~ " YAML reads something else ('Yes', 'No', 'on', 'off', numbers)", categories
        ) }}
    {% endif %}
    {% set missing = given.get("missing", "reject") %}
    {% do customer_segmentation.check_one_of(
        key ~ ".missing", missing, ["reject", "unassigned"] + categories
    ) %}
    {% set expression = given.get("expression", adapter.quote(name)) %}
    {% do customer_segmentation.check_sql(key ~ ".expression", expression) %}
    {% set label = given.get("label", name | replace("_", " ") | capitalize) %}
    {% do customer_segmentation.check_text(key ~ ".label", label) %}
    {% set columns = [] %}
    {% for category in categories %}
        {% set slug = modules.re.sub("[^a-z0-9]+", "_", category | lower).strip("_") %}
        {% set is_free = slug and name ~ "_" ~ slug not in columns | map(attribute="name") %}
        {% set when_missing = "null" if missing in ["reject", "unassigned"]
            else 1 if missing == category else 0 %}
        {% set column = {
            "name": name ~ "_" ~ (slug if is_free else loop.index),
            "block": name,
            "basis": given.get("basis", "behavioral"),
            "expression": customer_segmentation.category_indicator(
                expression, category, when_missing
            ),
            "minimum": 0,
            "maximum": 1,
            "missing": missing if missing in ["reject", "unassigned"] else "reject",
            "clip": [],
            "transform": "none",
            "scale": "categories",
            "weight": given.get("weight", 0.25),
            "label": label ~ " " ~ category,
            "unit": "",
            "words": {},
            "category": category,
            "when_missing": when_missing,
            "given_expression": expression,
            "block_label": label,
        } %}
        {% do customer_segmentation.check_name(key ~ ".categories", column.name) %}
        {% do customer_segmentation.check_one_of(
            key ~ ".basis", column.basis,
            ["geographic", "demographic", "behavioral", "psychographic"],
        ) %}
        {% do customer_segmentation.check_number(
            key ~ ".weight", column.weight, more_than=0, at_most=1000
        ) %}
        {% do columns.append(column) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}


{% macro category_indicator(expression, category, when_missing) -%}
    case
        when {{ customer_segmentation.is_blank(expression) }} then {{ when_missing }}
        when trim(cast({{ expression }} as {{ dbt.type_string() }}))
            = {{ customer_segmentation.quoted_text(category) }} then 1
        else 0
    end
{%- endmacro %}


{# Only the options given are checked, because the defaults are valid. #}
{% macro check_feature(key, given, feature, lowest) %}
    {% do customer_segmentation.check_one_of(
        key ~ ".basis", given.basis,
        ["geographic", "demographic", "behavioral", "psychographic"],
    ) if "basis" in given %}
    {% do customer_segmentation.check_sql(key ~ ".expression", given.expression)
        if "expression" in given %}
    {% if feature.expression | replace('"', "") | lower
        == var("segmentation_customer_id") | string | replace('"', "") | lower %}
        {{ customer_segmentation.configuration_error(
            key ~ ".expression", "something else than the customer id", feature.expression
        ) }}
    {% endif %}
    {% do customer_segmentation.check_number(
        key ~ ".min", given.min, at_least=lowest, at_most=1e15
    ) if "min" in given %}
    {% do customer_segmentation.check_number(
        key ~ ".max", feature.maximum, more_than=feature.minimum, at_most=1e15
    ) if "min" in given or "max" in given %}
    {% if feature.missing is string %}
        {% do customer_segmentation.check_one_of(
            key ~ ".missing", feature.missing,
            ["reject", "unassigned", "median", "mean", "or a number"],
        ) %}
    {% else %}
        {% do customer_segmentation.check_number(
            key ~ ".missing", feature.missing, feature.minimum, feature.maximum
        ) %}
    {% endif %}
    {% if feature.clip is string or feature.clip is mapping
        or feature.clip is not iterable or feature.clip | length not in [0, 2] %}
        {{ customer_segmentation.configuration_error(
            key ~ ".clip", "two quantiles such as [0.01, 0.99]", feature.clip
        ) }}
    {% elif feature.clip %}
        {% do customer_segmentation.check_number(
            key ~ ".clip", feature.clip[0], at_least=0, at_most=0.99
        ) %}
        {% do customer_segmentation.check_number(
            key ~ ".clip", feature.clip[1], more_than=feature.clip[0], at_most=1
        ) %}
    {% endif %}
    {% do customer_segmentation.check_one_of(
        key ~ ".transform", given.transform, ["none", "log", "sqrt"]
    ) if "transform" in given %}
    {% do customer_segmentation.check_one_of(
        key ~ ".scale", given.scale, ["standard", "robust", "none"]
    ) if "scale" in given %}
    {% do customer_segmentation.check_number(
        key ~ ".weight", given.weight, more_than=0, at_most=1000
    ) if "weight" in given %}
    {% do customer_segmentation.check_text(key ~ ".label", given.label)
        if "label" in given %}
    {% if feature.unit is not string %}
        {{ customer_segmentation.configuration_error(key ~ ".unit", "a text", feature.unit) }}
    {% endif %}
    {% do customer_segmentation.check_mapping(
        key ~ ".words", feature.words, ["low", "high"]
    ) if "words" in given %}
    {% for side, words in feature.words.items() %}
        {% do customer_segmentation.check_text(key ~ ".words." ~ side, words) %}
    {% endfor %}
{% endmacro %}
