with

examples as (

    select 'two_shares' as example, 'a' as segmentation, 1 as version, 0.25e0 as share
    union all select 'two_shares', 'a', 1, 0.75
    union all select 'two_shares', 'a', 1, null

    union all select 'one_row', 'a', 1, 1

    union all select 'rounded', 'a', 1, 0.1 from range(10)

    union all select 'too_little', 'a', 1, 0.2
    union all select 'too_little', 'a', 1, 0.7

    union all select 'too_much', 'a', 1, 0.4
    union all select 'too_much', 'a', 1, 0.7

    union all select 'slightly_off', 'a', 1, 0.3
    union all select 'slightly_off', 'a', 1, 0.70000001

    union all select 'only_nulls', 'a', 1, null

    union all select 'not_a_number', 'a', 1, 1
    union all select 'not_a_number', 'a', 1, cast('nan' as double)

    union all select 'one_group_fails', 'a', 1, 0.5
    union all select 'one_group_fails', 'a', 1, 0.5
    union all select 'one_group_fails', 'b', 1, 0.5

    union all select 'only_together', 'a', 1, 0.5
    union all select 'only_together', 'b', 1, 0.5

    union all select 'two_versions_fail', 'a', 1, 1
    union all select 'two_versions_fail', 'a', 2, 0.5
    union all select 'two_versions_fail', 'a', 3, 0.25
    union all select 'two_versions_fail', null, 2, 1

)

select
    *,
    segmentation as "group",
    share as "order",
    share as "select"

from examples
