-- A query for every piece of SQL in the vars, to see whether DuckDB understands it.
{% set tried = [] %}
{% set source = "from " ~ ref("customer_segmentation", "base_customers") %}
{% set customer_id = segmentation_setting("segmentation_customer_id") %}
{% set id_type = segmentation_setting("segmentation_customer_id_type") %}
{% set attributes = configured_attributes() %}
{% set numbers = configured_features()
    + configured_measures() | rejectattr("is_feature") | list %}

{% do tried.append(
    ("segmentation_customer_id_type", id_type, "select cast(null as " ~ id_type ~ ")")
) %}
{% do tried.append((
    "segmentation_customer_id", customer_id,
    "select count(*) " ~ source ~ " where (" ~ customer_id ~ ") is null",
)) %}
{% set sections = {"features": [], "measures": [], "attributes": []} %}
{% for column in numbers %}
    {% set section = "features" if column.block else "measures" %}
    {% set expression = column.given_expression or column.expression %}
    {% do sections[section].append((column.block or column.name, expression)) %}
{% endfor %}
{% for attribute in attributes %}
    {% do sections.attributes.append((attribute.name, attribute.expression)) %}
{% endfor %}
{% for section, columns in sections.items() %}
    {% for name, expression in columns | unique %}
        {% do tried.append((
            "segmentation_" ~ section ~ "." ~ name ~ ".expression", expression,
            "select count(*) " ~ source ~ " where (" ~ expression ~ ") is null",
        )) %}
    {% endfor %}
{% endfor %}

{% set columns = ["cast(null as " ~ id_type ~ ") as customer_id"] %}
{% for column in numbers %}
    {% do columns.append("cast(null as double) as " ~ adapter.quote(column.name)) %}
{% endfor %}
{% for column in attributes %}
    {% do columns.append("cast(null as varchar) as " ~ adapter.quote(column.name)) %}
{% endfor %}
{% for segmentation in configured_segmentations() %}
    {% do tried.append((
        "segmentations." ~ segmentation.name ~ ".where", segmentation.where,
        "select 1 from (select " ~ columns | join(", ") ~ ") where ("
        ~ segmentation.where ~ ")",
    )) %}
{% endfor %}

{% for key, given_sql, query in tried %}
select
    {{ quoted_text(key) }} as setting,
    {{ quoted_text(given_sql) }} as given_sql,
    {{ quoted_text(query) }} as query

{{ "union all" if not loop.last }}
{% endfor %}
