{% set features = configured_features() %}
{% set measures = configured_measures() | rejectattr("is_feature") | list %}
{% set attributes = configured_attributes() %}
{% set numbers = features + measures %}
{% set columns = numbers + attributes %}
{% set customer_id = segmentation_setting("segmentation_customer_id") %}
{% set customer_id_type = segmentation_setting("segmentation_customer_id_type") %}

{% set given = {"customer_id": "given_id"} %}
{% for column in columns %}
    {% do given.update({column.name: "given__" ~ column.name}) %}
{% endfor %}

with

base_customers as (

    select * from {{ ref("customer_segmentation", "base_customers") }}

),

given as (

    select
        {{ customer_id }} as given_id,
        try_cast({{ customer_id }} as {{ customer_id_type }}) as customer_id
        {%- for column in columns %},
        {{ column.expression }} as {{ given[column.name] }}
        {%- endfor %}

    from base_customers

),

repeated_ids as (

    -- by their hash, which takes less memory; two ids that share one are told apart below
    select
        {{ hashed("customer_id") }} as hashed_id,
        count(*) as source_rows

    from given
    where customer_id is not null
    group by {{ hashed("customer_id") }}
    having count(*) > 1

),

counted_rows as (

    select
        count(*) as source_rows,
        count(customer_id) as rows_with_id

    from given

),

counted_repetitions as (

    select coalesce(sum(source_rows - 1), 0) as repetitions
    from repeated_ids

),

grain_checked as (

    -- stops here, before any table is replaced
    select
        case
            when source_rows = 0 and {{ not flags.EMPTY }} then {{ stop_build(
                "'The table of customers (segmentation_customers) has no rows.'"
            ) }}
            when repetitions > 0.5 * rows_with_id then {{ stop_build(
                "'The table of customers (segmentation_customers) does not have one row'"
                ~ " || ' per customer: ' || rows_with_id || ' rows have only '"
                ~ " || (rows_with_id - repetitions) || ' different ids. Summarize it'"
                ~ " || ' to one row per customer first: see docs/transactions.md.'"
            ) }}
            else true
        end as is_one_row_per_customer

    from counted_rows
    cross join counted_repetitions

),

single_rows as (

    select
        given.*,
        1 as copies,
        false as is_conflicting

    from given
    left join repeated_ids
        on {{ hashed("given.customer_id") }} = repeated_ids.hashed_id
    where
        repeated_ids.hashed_id is null
        or given.customer_id is null

),

repeated_rows as (

    -- exact copies become one row; an id that still has two is in conflict
    select
        given.given_id,
        given.customer_id,
        {% for column in columns %}
        given.{{ given[column.name] }},
        {% endfor %}
        count(*) as copies,
        count(*) over (partition by given.customer_id) > 1 as is_conflicting

    from given
    inner join repeated_ids
        on {{ hashed("given.customer_id") }} = repeated_ids.hashed_id
    where given.customer_id is not null
    group by
        given.given_id,
        given.customer_id
        {%- for column in columns %},
        given.{{ given[column.name] }}
        {%- endfor %}

),

source_rows as (

    select single_rows.*
    from single_rows
    cross join grain_checked
    where grain_checked.is_one_row_per_customer

    union all

    select * from repeated_rows

),

typed as (

    select
        *
        {%- for column in numbers %},
        try_cast({{ given[column.name] }} as double) as {{ adapter.quote(column.name) }}
        {%- endfor %}
        {%- for column in attributes %},
        cast({{ given[column.name] }} as {{ dbt.type_string() }})
            as {{ adapter.quote(column.name) }}
        {%- endfor %}

    from source_rows

),

labelled as (

    select
        *,
        case
            when {{ is_blank("given_id") }} then 'missing_id'
            when customer_id is null then 'invalid_id'
            when is_conflicting then 'conflicting_rows'
            {%- for column in numbers %}
            {%- set value = adapter.quote(column.name) %}
            when {{ value }} is null and not {{ is_blank(given[column.name]) }}
                then 'not_a_number:{{ column.name }}'
            when isnan({{ value }}) or abs({{ value }}) = cast('infinity' as double)
                then 'not_finite:{{ column.name }}'
            {%- if column in features %}
            when {{ value }} < {{ column.minimum }}
                then 'below_minimum:{{ column.name }}'
            when {{ value }} > {{ column.maximum }}
                then 'above_maximum:{{ column.name }}'
            {%- if column.missing == "reject" %}
            when {{ value }} is null then 'missing_value:{{ column.block }}'
            {%- endif %}
            {%- endif %}
            {%- endfor %}
        end as rejection

    from typed

)

select
    customer_id,
    -- of accepted rows it would be the id once more
    case when rejection is not null then given_id end as given_id,
    {% for column in columns %}
    {{ adapter.quote(column.name) }},
    {% endfor %}
    copies,
    rejection,
    {% if segmentation_setting("segmentation_rejected_rows") -%}
    case when rejection is not null then {{ row_as_json(given) }} end
    {%- else -%}
    cast(null as {{ dbt.type_string() }})
    {%- endif %} as source_row

from labelled
