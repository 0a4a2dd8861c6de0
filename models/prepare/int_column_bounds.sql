{% set numbers = configured_features()
    + configured_measures() | rejectattr("is_feature") | list %}
{% set summed = configured_measures() | map(attribute="name") | list
    + configured_features() | selectattr("missing", "equalto", "mean")
    | map(attribute="name") | list %}

with

bounded as (

    select
        {% for column in numbers %}
        {% set value = adapter.quote(column.name) %}
        min({{ value }}) as {{ column.name }}__lowest,
        nullif(max({{ value }}) - min({{ value }}), 0) as {{ column.name }}__range,
        {% endfor %}
        {% for name in summed | unique %}
        {{ exact_unit_of_column(adapter.quote(name)) }} as {{ name }}__unit,
        {% endfor %}
        count(*) as all_customers

    from {{ ref("customer_segmentation", "customer_features") }}

)

select * from bounded
