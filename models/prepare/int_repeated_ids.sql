-- depends_on: {{ ref("customer_segmentation", "configured_sql_problems") }}
{% set customer_id = segmentation_setting("segmentation_customer_id") %}
{% set customer_id_type = segmentation_setting("segmentation_customer_id_type") %}
{% set typed_id = "try_cast(" ~ customer_id ~ " as " ~ customer_id_type ~ ")" %}
{% set row_parts = [customer_id] + for_each(
    configured_features() + configured_measures() + configured_attributes(),
    "({expression})",
) %}

-- This model waits for int_build, which checks the history.
-- depends_on: {{ ref("customer_segmentation", "int_build") }}
with

counted_rows as (

    select
        count(*) as source_rows,
        count({{ typed_id }}) as rows_with_id

    from {{ ref("customer_segmentation", "base_customers") }}

),

repeated_ids as (

    -- Hashes take less memory than ids. Later steps tell apart two ids with equal hashes.
    select
        {{ hashed(typed_id) }} as hashed_id,
        count(*) as source_rows

    from {{ ref("customer_segmentation", "base_customers") }}
    where {{ typed_id }} is not null
    group by {{ hashed(typed_id) }}
    having count(*) > 1

),

counted_repetitions as (

    select coalesce(sum(source_rows - 1), 0) as repetitions
    from repeated_ids

),

doubts as (

    select counted_repetitions.repetitions
    from counted_rows
    cross join counted_repetitions
    where counted_repetitions.repetitions > 0.5 * counted_rows.rows_with_id

),

hashed_rows as (

    -- The table is read again only if the CTE `doubts` has a row.
    select {{ hashed(row_parts | join(", ")) }} as hashed_row
    from {{ ref("customer_segmentation", "base_customers") }}
    where
        {{ typed_id }} is not null
        and exists (select 1 from doubts)

),

counted_copies as (

    select count(*) - count(distinct hashed_row) as copied_rows
    from hashed_rows

),

grain_checked as (

    -- This check stops the build before any table is replaced.
    select
        case
            when source_rows = 0 and {{ not flags.EMPTY }} then {{ stop_build(
                "'The table of customers (segmentation_customers) has no rows.'"
                ~ " || ' Look at the file or query that it reads.'"
            ) }}
            when repetitions > 0.5 * rows_with_id and copied_rows > 0.5 * repetitions
                then {{ stop_build(
                "'Most rows of the table of customers (segmentation_customers) are exact'"
                ~ " || ' copies: ' || copied_rows || ' of ' || rows_with_id || ' rows'"
                ~ " || ' repeat another one in all that is configured. Read each once:'"
                ~ " || ' (select distinct on (the id) * from the table).'"
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
    cross join counted_copies

),

checked as (

    -- The left join makes the check run even if no id repeats.
    select
        repeated_ids.hashed_id,
        repeated_ids.source_rows

    from grain_checked
    left join repeated_ids
        on grain_checked.is_one_row_per_customer

)

select * from checked
where hashed_id is not null
