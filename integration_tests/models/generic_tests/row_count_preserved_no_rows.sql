select * from {{ ref("row_count_preserved_three_rows") }}
where copies = 0
