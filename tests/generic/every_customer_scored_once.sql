{% test every_customer_scored_once(
    model, column_name, customers, group_by="segmentation", customers_column=none
) %}
{%- do customer_segmentation.ref() if false %}

{% set groups = [group_by] if group_by is string else group_by %}
{% if groups is not sequence or groups is mapping or not groups
    or groups | reject("string") | list %}
    {{ exceptions.raise_compiler_error(
        "every_customer_scored_once: group_by must be a column name or a list of them."
        ~ " Given: " ~ group_by
    ) }}
{% endif %}
{% if not customers %}
    {{ exceptions.raise_compiler_error(
        "every_customer_scored_once: customers must be a relation, for example"
        ~ " ref('customers'). Given: " ~ customers
    ) }}
{% endif %}
{% if customers_column is not none and customers_column is not string %}
    {{ exceptions.raise_compiler_error(
        "every_customer_scored_once: customers_column must be a column name. Given: "
        ~ customers_column
    ) }}
{% endif %}

{#- dbt has already quoted the name if the column's YAML says `quote: true`. -#}
{% set id = adapter.quote(column_name.strip('"`')) %}
{% set customers_id = adapter.quote(customers_column) if customers_column else id %}
{% set keys = [] %}
{% for name in groups %}
    {% do keys.append(adapter.quote(name)) %}
{% endfor %}

with

expected as (

    select
        count(*) as customers,
        {{ customer_segmentation.whole_sum(customer_segmentation.hashed(customers_id)) }}
            as checksum

    from {{ customers }}
    where {{ customers_id }} is not null

),

found as (

    select
        {% for key in keys %}
        {{ key }},
        {% endfor %}
        count({{ id }}) as customers,
        count(*) as rows_found,
        {{ customer_segmentation.whole_sum(customer_segmentation.hashed(id)) }} as checksum

    from {{ model }}
    group by {{ keys | join(", ") }}

),

different_groups as (

    select count(*) as different
    from found
    cross join expected
    where
        found.customers != found.rows_found
        or found.customers != expected.customers
        or found.checksum != expected.checksum

),

found_groups as (

    select count(*) as found
    from found

),

doubts as (

    -- Has no row if the sums of hashes show that every group has exactly the expected
    -- ids. The steps below then read no ids, which saves memory.
    select different_groups.different
    from different_groups
    cross join found_groups
    cross join expected
    where
        different_groups.different > 0
        or found_groups.found = 0 and expected.customers > 0

),

customers as (

    select {{ customers_id }} as expected_id
    from {{ customers }}
    cross join doubts
    where {{ customers_id }} is not null

),

scored as (

    select
        {{ id }} as scored_id,
        {% for key in keys %}
        {{ key }},
        {% endfor %}
        count(*) as copies

    from {{ model }}
    cross join doubts
    group by
        {{ id }},
        {{ keys | join(", ") }}

),

known_groups as (

    -- Reads the model again, because the engine would keep `scored` in memory if two
    -- steps read it.
    select distinct {{ keys | join(", ") }}
    from {{ model }}

),

counted_groups as (

    select count(*) as groups_expected
    from known_groups

),

counted as (

    -- If an id is found in fewer groups than there are, it is missing in one. Counting
    -- its groups avoids a cross join of all ids and groups.
    select
        scored_id,
        count(*) as groups_found,
        sum(copies) as rows_found

    from scored
    group by scored_id

),

compared as (

    select
        coalesce(counted.scored_id, customers.expected_id) as {{ id }},
        customers.expected_id is not null as is_customer,
        coalesce(counted.groups_found, 0) as groups_found,
        coalesce(counted.rows_found, 0) as rows_found

    from counted
    full join customers
        on counted.scored_id = customers.expected_id

)

select
    compared.*,
    counted_groups.groups_expected

from compared
cross join counted_groups
where
    not compared.is_customer
    or compared.rows_found = 0
    or compared.rows_found != counted_groups.groups_expected
    or compared.groups_found != counted_groups.groups_expected

{% endtest %}
