{% set measures = configured_measures() %}
{% set features = configured_features() %}
{% set numbers = configured_numbers() %}
{% set summed = measures + features | selectattr("missing", "equalto", "mean") | list %}

with

bounded as (

    select
        {{ columns_for_each(numbers, [
            "min({column}) as {name}__lowest",
            "nullif(max({column}) - min({column}), 0) as {name}__range",
        ]) }},
        {{ (
            for_each(
                summed | unique(attribute="name"),
                exact_unit_of_column("{column}") ~ " as {name}__unit",
            ) + ["count(*) as all_customers"]
        ) | join(",\n        ") }}

    from {{ ref("customer_segmentation", "customer_features") }}

)

select * from bounded
