{% macro segmentation_setting(name) %}
    {% set given = var(name) %}
    {% if name == "segmentation_refit" %}
        {% do customer_segmentation.check_one_of(
            name, given, ["when_needed", "always", "never"]
        ) %}
    {% elif name == "segmentation_minimum_silhouette" %}
        {% do customer_segmentation.check_number(name, given, at_least=-1, at_most=1) %}
    {% elif name == "segmentation_restarts" %}
        {% do customer_segmentation.check_number(
            name, given, at_least=1, at_most=1000, whole=true
        ) %}
    {% elif name == "segmentation_seed" %}
        {% do customer_segmentation.check_number(
            name, given, at_least=0, at_most=4294967295, whole=true
        ) %}
    {% elif name == "segmentation_stickiness" %}
        {% do customer_segmentation.check_number(name, given, at_least=0, at_most=0.9) %}
    {% elif name == "segmentation_rejected_rows" %}
        {% do customer_segmentation.check_one_of(name, given, [true, false]) %}
    {% elif name in [
        "segmentation_export_folder", "segmentation_names", "segmentation_publish_to",
        "segmentation_registry_from",
    ] %}
        {% if given is not string %}
            {{ customer_segmentation.configuration_error(
                name, "a text, or '' for none", given
            ) }}
        {% endif %}
        {% do customer_segmentation.check_sql(name, given, is_relation=true)
            if given and name in ["segmentation_names", "segmentation_registry_from"] %}
    {% elif name == "segmentation_data_as_of" %}
        {% set given = given | string %}
        {% do customer_segmentation.check_sql(name, given) if given %}
    {% elif name == "segmentation_publish_without" %}
        {% if given is string or given is mapping or given is not iterable %}
            {{ customer_segmentation.configuration_error(name, "a list of tables", given) }}
        {% endif %}
        {% for table in given %}
            {% do customer_segmentation.check_one_of(
                name, table, customer_segmentation.public_tables()
            ) %}
        {% endfor %}
    {% elif name == "segmentation_use_fit" %}
        {% do customer_segmentation.check_mapping(name, given) %}
        {% for segmentation, fit_id in given.items() %}
            {% do customer_segmentation.check_one_of(
                name, segmentation,
                customer_segmentation.configured_segmentations("kmeans")
                    | map(attribute="name") | list,
            ) %}
            {% do customer_segmentation.check_text(name ~ "." ~ segmentation, fit_id) %}
        {% endfor %}
    {% elif name == "segmentation_drift_thresholds" %}
        {% set metrics = [
            "population_stability_index", "segment_shift", "distance_growth",
            "outlier_share",
        ] %}
        {% do customer_segmentation.check_mapping(name, given, metrics) %}
        {% for metric in metrics %}
            {% set range = given.get(metric, []) %}
            {% if range is string or range is mapping or range is not iterable
                or range | length != 2 %}
                {{ customer_segmentation.configuration_error(
                    name ~ "." ~ metric, "two numbers such as [0.1, 0.25]", range
                ) }}
            {% endif %}
            {% do customer_segmentation.check_number(
                name ~ "." ~ metric, range[0], more_than=0
            ) %}
            {% do customer_segmentation.check_number(
                name ~ "." ~ metric, range[1], at_least=range[0]
            ) %}
        {% endfor %}
    {% elif name == "segmentation_training" %}
        {% do customer_segmentation.check_mapping(
            name, given, ["distinct_vectors", "choice", "fit"]
        ) %}
        {% for size in ["distinct_vectors", "choice", "fit"] %}
            {% do customer_segmentation.check_number(
                name ~ "." ~ size, given.get(size), at_least=1, whole=true
            ) %}
        {% endfor %}
        {% do customer_segmentation.check_number(
            name ~ ".fit", given.fit, at_least=given.choice
        ) %}
    {% elif name == "segmentation_holdout" %}
        {% do customer_segmentation.check_mapping(name, given, ["share", "name"]) %}
        {% do customer_segmentation.check_number(
            name ~ ".share", given.get("share"), at_least=0, at_most=1
        ) %}
        {% do customer_segmentation.check_text(name ~ ".name", given.get("name")) %}
    {% elif name in ["segmentation_customers", "segmentation_customer_id"] %}
        {% do customer_segmentation.check_sql(
            name, given, is_relation=name == "segmentation_customers"
        ) %}
    {% else %}
        {% do customer_segmentation.check_text(name, given) %}
        {% do customer_segmentation.check_id_type(name, given)
            if name == "segmentation_customer_id_type" %}
    {% endif %}
    {{ return(given) }}
{% endmacro %}


{#- Types of 128 bits are not allowed, because Parquet does not have them. Floating types
    are not allowed, because they round ids, and two customers could become one. -#}
{% macro check_id_type(name, given) %}
    {% set types = [
        "varchar", "text", "string", "tinyint", "smallint", "int", "integer", "bigint",
        "utinyint", "usmallint", "uinteger", "ubigint", "uuid", "date", "timestamp",
    ] %}
    {% set with_size = "^(varchar *[(] *[0-9]+ *[)]|(decimal|numeric) *[(] *"
        ~ "([1-9]|[12][0-9]|3[0-8]) *(, *0 *)?[)])$" %}
    {% set type = given | lower | trim %}
    {% if type not in types and not modules.re.match(with_size, type) %}
        {{ customer_segmentation.configuration_error(
            name, "a type that every published format holds exactly: "
            ~ types | join(", ") ~ " or decimal(38, 0)", given
        ) }}
    {% endif %}
{% endmacro %}
