{#- Every piece of SQL in the vars, as mappings: `setting` is its key, `given_sql` the SQL
    as the user wrote it, `value` an expression that contains the SQL, and `source` the
    table or query that the expression is selected from. -#}
{% macro configured_sql(customers) %}
    {% set id_type = customer_segmentation.segmentation_setting(
        "segmentation_customer_id_type"
    ) %}
    {% set data_as_of = customer_segmentation.data_as_of() %}
    {% set pieces = [{
        "setting": "segmentation_customer_id_type",
        "given_sql": id_type,
        "value": "cast(null as " ~ id_type ~ ")",
        "source": "(select 1)",
    }] %}
    {% do pieces.extend(customer_segmentation.sql_of_customers(customers)) %}
    {% do pieces.append({
        "setting": "segmentation_data_as_of",
        "given_sql": data_as_of,
        "value": "cast((" ~ data_as_of ~ ") as timestamp)",
        "source": customers,
    }) %}
    {% do pieces.extend(customer_segmentation.sql_of_columns(customers)) %}
    {% do pieces.extend(customer_segmentation.sql_of_conditions(customers, id_type)) %}
    {% do pieces.extend(customer_segmentation.sql_of_outcomes(id_type)) %}
    {% do pieces.extend(customer_segmentation.sql_of_calendars(id_type)) %}
    {{ return(pieces) }}
{% endmacro %}


{#- The table of customers and their id. In a package, the var of the table is not read,
    because reading it would count as a reference to the customers. -#}
{% macro sql_of_customers(customers) %}
    {% set given = var("segmentation_customers")
        if project_name == "customer_segmentation" %}
    {% set customer_id = customer_segmentation.segmentation_setting(
        "segmentation_customer_id"
    ) %}
    {{ return([
        {
            "setting": "segmentation_customers",
            "given_sql": given if given is string else "what base_customers reads",
            "value": "*",
            "source": customers,
        },
        {
            "setting": "segmentation_customer_id",
            "given_sql": customer_id,
            "value": "1",
            "source": customers ~ " where (" ~ customer_id ~ ") is null",
        },
    ]) }}
{% endmacro %}


{#- The expressions of features, measures and attributes. All categories of a feature have
    the same expression. -#}
{% macro sql_of_columns(customers) %}
    {% set expressions = [] %}
    {% for column in customer_segmentation.configured_numbers() %}
        {% do expressions.append((
            "features." ~ column.block if column.block else "measures." ~ column.name,
            column.given_expression or column.expression,
            "varchar" if column.category else "double",
        )) %}
    {% endfor %}
    {% for column in customer_segmentation.configured_attributes() %}
        {% do expressions.append(
            ("attributes." ~ column.name, column.expression, "varchar")
        ) %}
    {% endfor %}
    {% set pieces = [] %}
    {% for name, expression, type in expressions | unique %}
        {% do pieces.append({
            "setting": "segmentation_" ~ name ~ ".expression",
            "given_sql": expression,
            "value": "try_cast((" ~ expression ~ ") as " ~ type ~ ")",
            "source": customers,
        }) %}
    {% endfor %}
    {{ return(pieces) }}
{% endmacro %}


{#- The conditions of segmentations. A condition reads columns without values, unless a
    cast in it may fail at a value. -#}
{% macro sql_of_conditions(customers, id_type) %}
    {% set customer_id = customer_segmentation.segmentation_setting(
        "segmentation_customer_id"
    ) %}
    {% set numbers = customer_segmentation.configured_numbers() %}
    {% set attributes = customer_segmentation.configured_attributes() %}
    {% set names = ["cast(null as " ~ id_type ~ ") as customer_id"]
        + customer_segmentation.for_each(numbers, "cast(null as double) as {column}")
        + customer_segmentation.for_each(
            attributes, "cast(null as varchar) as {column}"
        ) %}
    {% set values = ["try_cast((" ~ customer_id ~ ") as " ~ id_type ~ ") as customer_id"]
        + customer_segmentation.for_each(
            numbers, "try_cast(({expression}) as double) as {column}"
        )
        + customer_segmentation.for_each(
            attributes, "cast(({expression}) as varchar) as {column}"
        ) %}
    {% set pieces = [] %}
    {% for segmentation in customer_segmentation.configured_segmentations() %}
        {% set has_cast = modules.re.search("(?i)\\bcast\\s*\\(|::", segmentation.where) %}
        {% do pieces.append({
            "setting": "segmentations." ~ segmentation.name ~ ".where",
            "given_sql": segmentation.where,
            "value": "1",
            "source": "(select " ~ (values if has_cast else names) | join(", ")
                ~ (" from " ~ customers if has_cast)
                ~ ") where (" ~ segmentation.where ~ ")",
        }) %}
    {% endfor %}
    {{ return(pieces) }}
{% endmacro %}


{#- The outcomes of campaigns: one piece for each column that they must have. -#}
{% macro sql_of_outcomes(id_type) %}
    {% set types = {"customer_id": id_type, "date": "date", "amount": "double"} %}
    {% set pieces = [] %}
    {% for campaign in customer_segmentation.configured_campaigns() %}
        {% for column, type in types.items() %}
            {% do pieces.append({
                "setting": "segmentation_campaigns." ~ campaign.name ~ ".outcomes",
                "given_sql": campaign.given_outcomes,
                "value": "cast(" ~ column ~ " as " ~ type ~ ")",
                "source": campaign.outcomes ~ " as outcomes",
            }) %}
        {% endfor %}
    {% endfor %}
    {{ return(pieces) }}
{% endmacro %}


{#- The relations of the calendar, by each column that they must have. -#}
{% macro sql_of_calendars(id_type) %}
    {% set pieces = [] %}
    {% for calendar in customer_segmentation.configured_calendars() %}
        {% set values = [
            "cast(customer_id as " ~ id_type ~ ")", "cast(as_of as date)"
        ] + customer_segmentation.for_each(
            calendar.features, "cast({column} as double)"
        ) %}
        {% for value in values %}
            {% do pieces.append({
                "setting": "segmentation_calendar." ~ calendar.name,
                "given_sql": calendar.given,
                "value": value,
                "source": calendar.relation ~ " as calendar",
            }) %}
        {% endfor %}
    {% endfor %}
    {{ return(pieces) }}
{% endmacro %}
