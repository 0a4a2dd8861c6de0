-- depends_on: {{ ref("customer_segmentation", "int_python_packages") }}
{{ config(materialized="view") }}

{% set table = customers_table() %}
{% set measures = configured_measures() | rejectattr("is_feature") | list %}
{% set id = quoted_text(segmentation_setting("segmentation_customer_id")) %}
{#- All features of a block of categories have the same expression. -#}
{% set columns = [{"key": "'segmentation_customer_id'", "expression": id}]
    + for_each(configured_features(), {
        "key": "'segmentation_features.{block}'", "expression": "{'expression'}",
    }) | unique(attribute="key") | list
    + for_each(measures, {
        "key": "'segmentation_measures.{name}'", "expression": "{'expression'}",
    })
    + for_each(configured_attributes(), {
        "key": "'segmentation_attributes.{name}'", "expression": "{'expression'}",
    }) %}
{% set text = dbt.type_string() %}

with

columns as (

    {{ rows_of(columns) }}

),

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

    union all

    select
        'column' as kind,
        key,
        expression,
        cast(null as {{ text }}) as options,
        cast(null as boolean) as is_whole_table

    from columns

)

select * from configured
