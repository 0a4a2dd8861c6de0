-- A customer whose value is not a configured category is in none of the categories. Add
-- the value as a category, or map it to a category in `expression`.
-- depends_on: {{ ref("customer_segmentation", "int_customers_checked") }}
{{ config(severity="warn") }}

{% set blocks = {} %}
{% for feature in configured_features() if feature.category %}
    {% do blocks.setdefault(feature.block, []).append(feature) %}
{% endfor %}

with

base_customers as (

    select * from {{ ref("customer_segmentation", "base_customers") }}

),

{% for block, columns in blocks.items() %}
{% set value -%}
trim(cast({{ columns[0].given_expression }} as {{ dbt.type_string() }}))
{%- endset %}
{{ block }}_unseen as (

    select
        '{{ block }}' as feature,
        {{ value }} as unseen_value,
        count(*) as source_rows

    from base_customers
    where
        {{ value }} not in (
            ''
            {%- for column in columns %},
            {{ quoted_text(column.category) }}
            {%- endfor %}
        )
    group by {{ value }}

),

{% endfor %}
unseen as (

    {% for block in blocks %}
    select * from {{ block }}_unseen

    union all

    {% endfor %}
    select
        null as feature,
        null as unseen_value,
        0 as source_rows

    from base_customers
    where false

)

select
    *,
    'The feature ' || feature || ' has the value ' || unseen_value || ' in '
    || source_rows || ' rows, which is no category. Add it, or map it in the expression.'
        as finding

from unseen
