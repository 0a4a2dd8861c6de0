select 'three_rows' as example, 1 as copies
union all select 'three_rows', 1
union all select 'three_rows', 1

union all select 'merged', 2
union all select 'merged', 1

union all select 'too_many', 3
union all select 'too_many', 1

union all select 'one_row', 3
