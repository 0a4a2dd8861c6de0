-- Every piece of SQL in the vars as a value of a query, to see whether DuckDB understands
-- it.
{% set pieces = configured_sql(ref("customer_segmentation", "base_customers") | string) %}

with

settings as (

    {{ rows_of(for_each(pieces, {
        "setting": "{'setting'}",
        "given_sql": "{'given_sql'}",
        "value": "{'value'}",
        "source": "{'source'}",
    })) }}

)

select * from settings
where {{ tries_settings() }}
