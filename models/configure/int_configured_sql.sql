-- Every piece of SQL in the vars as a value of a query, to see whether DuckDB understands
-- it.
{% set tried = [] %}
{# In a package the var is not asked: it would count as a reference to the customers. #}
{% set given = var("segmentation_customers")
    if project_name == "customer_segmentation" %}
{% set customers = ref("customer_segmentation", "base_customers") | string %}
{% set customer_id = segmentation_setting("segmentation_customer_id") %}
{% set id_type = segmentation_setting("segmentation_customer_id_type") %}
{% set attributes = configured_attributes() %}
{% set numbers = configured_features()
    + configured_measures() | rejectattr("is_feature") | list %}

{% do tried.append((
    "segmentation_customer_id_type", id_type, "cast(null as " ~ id_type ~ ")",
    "(select 1)",
)) %}
{% do tried.append((
    "segmentation_customers",
    given if given is string else "what base_customers reads", "*", customers,
)) %}
{% do tried.append((
    "segmentation_customer_id", customer_id, "1",
    customers ~ " where (" ~ customer_id ~ ") is null",
)) %}
{% do tried.append((
    "segmentation_data_as_of", data_as_of(),
    "cast((" ~ data_as_of() ~ ") as timestamp)", customers,
)) %}
{% set expressions = [] %}
{% for column in numbers %}
    {% do expressions.append((
        "features." ~ column.block if column.block else "measures." ~ column.name,
        column.given_expression or column.expression,
        "varchar" if column.category else "double",
    )) %}
{% endfor %}
{% for column in attributes %}
    {% do expressions.append(
        ("attributes." ~ column.name, column.expression, "varchar")
    ) %}
{% endfor %}
{% for name, expression, type in expressions | unique %}
    {% do tried.append((
        "segmentation_" ~ name ~ ".expression", expression,
        "try_cast((" ~ expression ~ ") as " ~ type ~ ")", customers,
    )) %}
{% endfor %}

{# A condition reads columns without values, unless a cast in it may fail at a value. #}
{% set names = ["cast(null as " ~ id_type ~ ") as customer_id"]
    + for_each(numbers, "cast(null as double) as {column}")
    + for_each(attributes, "cast(null as varchar) as {column}") %}
{% set values = ["try_cast((" ~ customer_id ~ ") as " ~ id_type ~ ") as customer_id"]
    + for_each(numbers, "try_cast(({expression}) as double) as {column}")
    + for_each(attributes, "cast(({expression}) as varchar) as {column}") %}
{% for segmentation in configured_segmentations() %}
    {% set has_cast = modules.re.search("(?i)\\bcast\\s*\\(|::", segmentation.where) %}
    {% do tried.append((
        "segmentations." ~ segmentation.name ~ ".where", segmentation.where, "1",
        "(select " ~ (values if has_cast else names) | join(", ")
        ~ (" from " ~ customers if has_cast) ~ ") where (" ~ segmentation.where ~ ")",
    )) %}
{% endfor %}

{% for campaign in configured_campaigns() %}
    {% for column, type in {
        "customer_id": id_type, "date": "date", "amount": "double",
    }.items() %}
        {% do tried.append((
            "segmentation_campaigns." ~ campaign.name ~ ".outcomes",
            campaign.given_outcomes, "cast(" ~ column ~ " as " ~ type ~ ")", campaign.outcomes ~ " as outcomes",
        )) %}
    {% endfor %}
{% endfor %}

with

settings as (

    {% for key, given_sql, value, source in tried %}
    select
        {{ quoted_text(key) }} as setting,
        {{ quoted_text(given_sql) }} as given_sql,
        {{ quoted_text(value) }} as value,
        {{ quoted_text(source) }} as source

    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from settings
where {{ tries_settings() }}
