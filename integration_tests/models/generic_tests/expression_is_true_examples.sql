with

examples as (

    select 'true' as example, 1 as margin, 'a' as segment_id
    union all select 'true', 0, 'a'

    union all select 'one_row', 1, 'a'

    union all select 'one_is_false', 1, 'a'
    union all select 'one_is_false', -1, 'a'

    union all select 'one_is_null', 1, 'a'
    union all select 'one_is_null', null, 'a'

    union all select 'either', 1, 'a'
    union all select 'either', -1, 'unassigned'

)

select
    *,
    margin as "order"

from examples
