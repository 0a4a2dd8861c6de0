with

publication as (

    select * from {{ ref("customer_segmentation", "publication") }}

)

select
    table_name,
    row_count,
    checksum,
    parquet_file,
    version,
    published_at,
    data_as_of,
    scored_at,
    fit_ids

from publication
