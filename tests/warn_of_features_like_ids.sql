-- If a feature has a different whole number for every customer, it is probably an id.
-- K-means would then find groups in the order in which customers were entered.
{{ config(severity="warn") }}

with

int_customers_sampled as (

    select * from {{ ref("customer_segmentation", "int_customers_sampled") }}

),

counted as (

    {% for feature in configured_features() %}
    {% set value = adapter.quote(feature.name) %}
    select
        '{{ feature.name }}' as feature,
        count({{ value }}) as customers,
        count(distinct {{ value }}) as different_values,
        count(*) filter (where {{ value }} != floor({{ value }})) as fractions

    from int_customers_sampled

    {{ "union all" if not loop.last }}
    {% endfor %}

)

select
    *,
    'The feature ' || feature || ' has ' || different_values || ' different whole numbers'
    || ' among ' || customers || ' customers, as an id has. If it is one, leave it out.'
        as finding

from counted
where
    fractions = 0
    and customers >= 100
    and different_values = customers
