{% set features = configured_features() %}
{% set attributes = configured_attributes() %}
{% set numbers = configured_numbers() %}
{% set columns = numbers + attributes %}
{% set customer_id = segmentation_setting("segmentation_customer_id") %}
{% set customer_id_type = segmentation_setting("segmentation_customer_id_type") %}

{% set given = dict(zip(
    ["customer_id"] + columns | map(attribute="name") | list,
    ["given_id"] + for_each(columns, "given__{name}"),
)) %}

{% set reasons = ["missing_id", "invalid_id", "conflicting_rows"]
    + for_each(numbers, "not_a_number:{name}")
    + for_each(numbers, "not_finite:{name}")
    + for_each(numbers, "below_minimum:{name}")
    + for_each(numbers, "above_maximum:{name}")
    + for_each(features, "missing_value:{block}") %}

{% set columns_given -%}
        {{ customer_id }} as given_id,
        try_cast({{ customer_id }} as {{ customer_id_type }}) as customer_id,
        {{ columns_for_each(columns, ["{expression} as given__{name}"]) }}
{%- endset %}

-- The source is read twice, for single and for repeated rows. A CTE that both share would
-- be kept in memory.
with

int_repeated_ids as (

    select * from {{ ref("customer_segmentation", "int_repeated_ids") }}

),

given as (

    select
        {{ columns_given }}

    from {{ ref("customer_segmentation", "base_customers") }}

),

single_rows as (

    select
        given.*,
        1 as copies,
        false as is_conflicting

    from given
    left join int_repeated_ids
        on {{ hashed("given.customer_id") }} = int_repeated_ids.hashed_id
    where
        int_repeated_ids.hashed_id is null
        or given.customer_id is null

),

given_again as (

    select
        {{ columns_given }}

    from {{ ref("customer_segmentation", "base_customers") }}

),

repeated_rows as (

    -- Exact copies become one row. If an id still has two rows, they contradict each
    -- other.
    select
        given_again.given_id,
        given_again.customer_id,
        {{ columns_for_each(columns, ["given_again.given__{name}"]) }},
        count(*) as copies,
        count(*) over (partition by given_again.customer_id) > 1 as is_conflicting

    from given_again
    inner join int_repeated_ids
        on {{ hashed("given_again.customer_id") }} = int_repeated_ids.hashed_id
    where given_again.customer_id is not null
    group by
        given_again.given_id,
        given_again.customer_id,
        {{ columns_for_each(columns, ["given_again.given__{name}"]) }}

),

source_rows as (

    select * from single_rows

    union all

    select * from repeated_rows

),

typed as (

    select
        *,
        {{ (
            for_each(numbers, number_of_text("given__{name}") ~ " as {column}")
            + for_each(
                attributes, "cast(given__{name} as " ~ dbt.type_string() ~ ") as {column}"
            )
        ) | join(",\n        ") }}

    from source_rows

),

labeled as (

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
            when {{ value }} < {{ column.minimum }}
                then 'below_minimum:{{ column.name }}'
            when {{ value }} > {{ column.maximum }}
                then 'above_maximum:{{ column.name }}'
            {%- if column.missing == "reject" %}
            when {{ value }} is null then 'missing_value:{{ column.block }}'
            {%- endif %}
            {%- endfor %}
        end as rejection

    from typed

)

select
    customer_id,
    {{ columns_for_each(columns, ["{column}"]) }},
    copies,
    {{ as_code("rejection", reasons | unique | list) }} as rejection,
    -- The id and the row as JSON are one list, because both are NULL for accepted rows,
    -- and a NULL list takes less storage than two NULL texts.
    case when rejection is not null then {{ dbt.array_construct([
        "cast(given_id as " ~ dbt.type_string() ~ ")",
        row_as_json(given) if segmentation_setting("segmentation_rejected_rows")
            else "cast(null as " ~ dbt.type_string() ~ ")",
    ]) }} end as rejected_row

from labeled
