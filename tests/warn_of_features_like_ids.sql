-- A whole number that no two customers share is an id: K-means would find groups in
-- the order in which customers were entered.
{{ config(severity="warn") }}

with

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

counted as (

    {% for feature in configured_features() %}
    {% set value = adapter.quote(feature.name) %}
    select
        '{{ feature.name }}' as feature,
        count({{ value }}) as customers,
        count(distinct {{ value }}) as different_values,
        count(*) filter (where {{ value }} != floor({{ value }})) as fractions

    from customer_features

    {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from counted
where
    fractions = 0
    and customers >= 100
    and different_values = customers
