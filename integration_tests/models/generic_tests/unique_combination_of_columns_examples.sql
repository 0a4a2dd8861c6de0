with

examples as (

    select 'unique' as example, 'C1' as customer_id, 'value' as segmentation
    union all select 'unique', 'C1', 'lifestyle'
    union all select 'unique', 'C2', 'value'

    union all select 'one_row', 'C1', 'value'

    union all select 'two_twice', 'C1', 'value'
    union all select 'two_twice', 'C1', 'value'
    union all select 'two_twice', 'C1', 'lifestyle'
    union all select 'two_twice', 'C2', 'value'
    union all select 'two_twice', 'C2', 'value'
    union all select 'two_twice', 'C2', 'value'

    union all select 'first_is_null', null, 'value'
    union all select 'first_is_null', 'C1', 'value'

    union all select 'last_is_null', 'C1', null
    union all select 'last_is_null', 'C1', 'value'

    union all select 'all_are_null', null, null
    union all select 'all_are_null', null, null

)

select
    *,
    customer_id as "order",
    segmentation as "group"

from examples
