with

examples as (

    select 'once' as example, 'C1' as customer_id, 'value' as segmentation, 1 as version
    union all select 'once', 'C2', 'value', 1
    union all select 'once', 'C3', 'value', 1
    union all select 'once', 'C1', 'lifestyle', 1
    union all select 'once', 'C2', 'lifestyle', 1
    union all select 'once', 'C3', 'lifestyle', 1

    union all select 'group_is_null', 'C1', 'value', 1
    union all select 'group_is_null', 'C2', 'value', 1
    union all select 'group_is_null', 'C3', 'value', 1
    union all select 'group_is_null', 'C1', null, 1
    union all select 'group_is_null', 'C2', null, 1
    union all select 'group_is_null', 'C3', null, 1

    union all select 'one_row', 'C1', 'value', 1

    union all select 'twice', 'C1', 'value', 1
    union all select 'twice', 'C2', 'value', 1
    union all select 'twice', 'C3', 'value', 1
    union all select 'twice', 'C3', 'value', 1

    -- C3 has the right number of rows, but in the wrong groups
    union all select 'twice_in_one', 'C1', 'value', 1
    union all select 'twice_in_one', 'C2', 'value', 1
    union all select 'twice_in_one', 'C3', 'value', 1
    union all select 'twice_in_one', 'C3', 'value', 1
    union all select 'twice_in_one', 'C1', 'lifestyle', 1
    union all select 'twice_in_one', 'C2', 'lifestyle', 1

    union all select 'missing_in_one', 'C1', 'value', 1
    union all select 'missing_in_one', 'C2', 'value', 1
    union all select 'missing_in_one', 'C3', 'value', 1
    union all select 'missing_in_one', 'C1', 'lifestyle', 1
    union all select 'missing_in_one', 'C2', 'lifestyle', 1

    union all select 'stranger', 'C1', 'value', 1
    union all select 'stranger', 'C2', 'value', 1
    union all select 'stranger', 'C3', 'value', 1
    union all select 'stranger', 'C4', 'value', 1

    -- C4 replaces C3, so the numbers of rows and ids are right
    union all select 'stranger_instead', 'C1', 'value', 1
    union all select 'stranger_instead', 'C2', 'value', 1
    union all select 'stranger_instead', 'C4', 'value', 1

    union all select 'nobody', 'C1', 'value', 1
    union all select 'nobody', 'C2', 'value', 1
    union all select 'nobody', 'C3', 'value', 1
    union all select 'nobody', null, 'value', 1

    union all select 'two_versions', 'C1', 'value', 1
    union all select 'two_versions', 'C2', 'value', 1
    union all select 'two_versions', 'C3', 'value', 1
    union all select 'two_versions', 'C1', 'value', 2
    union all select 'two_versions', 'C2', 'value', 2
    union all select 'two_versions', 'C3', 'value', 2

)

select
    *,
    segmentation as "group",
    customer_id as "order",
    customer_id as "select"

from examples
