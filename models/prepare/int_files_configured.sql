-- depends_on: {{ ref("customer_segmentation", "int_python_packages") }}
{{ config(materialized="view") }}

{% set table = customers_table() %}
{% set expressions = {
    "segmentation_customer_id": segmentation_setting("segmentation_customer_id")
} %}
{% for kind, columns in {
    "segmentation_features": configured_features(),
    "segmentation_measures": configured_measures() | rejectattr("is_feature"),
    "segmentation_attributes": configured_attributes(),
}.items() %}
    {% for column in columns %}
        {% do expressions.update({
            kind ~ "." ~ column.get("block", column.name): column.expression
        }) %}
    {% endfor %}
{% endfor %}
{% set text = dbt.type_string() %}

with

configured as (

    {% for reader in table.readers %}
    select
        'file' as kind,
        'segmentation_customers' as key,
        {{ quoted_text(reader.reader) }} as expression,
        {{ quoted_text(tojson(reader.options)) }} as options,
        {{ reader.is_whole_table }} as is_whole_table

    union all
    {% endfor %}

    select
        'table' as kind,
        'segmentation_customers' as key,
        {{ quoted_text(table.sql) }} as expression,
        cast(null as {{ text }}) as options,
        cast(null as boolean) as is_whole_table

    {% for key, expression in expressions.items() %}
    union all

    select
        'column' as kind,
        '{{ key }}' as key,
        {{ quoted_text(expression) }} as expression,
        cast(null as {{ text }}) as options,
        cast(null as boolean) as is_whole_table
    {% endfor %}

)

select * from configured
