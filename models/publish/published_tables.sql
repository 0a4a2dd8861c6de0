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
    fit_ids

from publication
