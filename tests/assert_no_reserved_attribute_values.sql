-- The project itself uses the values `unassigned`, `all` and `(missing)`. If an attribute
-- had one of these values, its customers would be counted twice. Rename the value in the
-- `expression` of the attribute.
{% set attributes = configured_attributes() %}

with

customer_features as (

    select * from {{ ref("customer_segmentation", "customer_features") }}

),

clashes as (

    {% for attribute in attributes %}
    {% set value = "customer_features." ~ adapter.quote(attribute.name) %}
    select
        '{{ attribute.name }}' as attribute,
        {{ value }} as reserved_value

    from customer_features
    where {{ is_failure(
        value ~ " in ('unassigned', 'all', '(missing)')",
        "'The attribute " ~ attribute.name ~ " has the value ' || " ~ value
        ~ " || ', which the project uses itself: customers would be counted twice.'"
        ~ " || ' Rename it in the expression of the attribute.'"
    ) }}

    {{ "union all" if not loop.last }}
    {% else %}
    select null as attribute where false
    {% endfor %}

)

select * from clashes
