with

examples as (

    select
        'unrelated' as example,
        'a' as segmentation,
        1 as version,
        1e0 as age,
        1e0 as income,
        1e0 as score
    union all select 'unrelated', 'a', 1, 1, -1, 0
    union all select 'unrelated', 'a', 1, -1, 1, 0
    union all select 'unrelated', 'a', 1, -1, -1, 1

    union all select 'proportional', 'a', 1, 1, 10, 1
    union all select 'proportional', 'a', 1, 1, 10, 0
    union all select 'proportional', 'a', 1, 3, 30, 1
    union all select 'proportional', 'a', 1, 3, 30, 0

    union all select 'opposite', 'a', 1, 0, 1, 2
    union all select 'opposite', 'a', 1, 0, 0, 2
    union all select 'opposite', 'a', 1, 1, 1, 1
    union all select 'opposite', 'a', 1, 1, 0, 1

    union all select 'all_three', 'a', 1, 1, 2, 3
    union all select 'all_three', 'a', 1, 2, 3, 4
    union all select 'all_three', 'a', 1, 3, 4, 5

    union all select 'one_row', 'a', 1, 1, 2, 3

    union all select 'constant', 'a', 1, 0.1, 1, 5
    union all select 'constant', 'a', 1, 0.1, 2, 5
    union all select 'constant', 'a', 1, 0.1, 3, 5

    -- no row has both income and score, and age is constant in the rows with income
    union all select 'incomplete', 'a', 1, 1, 1, null
    union all select 'incomplete', 'a', 1, 1, 2, null
    union all select 'incomplete', 'a', 1, 2, null, 7
    union all select 'incomplete', 'a', 1, null, 3, 7

    union all select 'beside_nulls', 'a', 1, 1, 1, null
    union all select 'beside_nulls', 'a', 1, 2, 2, null
    union all select 'beside_nulls', 'a', 1, 3, 3, null
    union all select 'beside_nulls', 'a', 1, null, 9, null

    union all select 'not_finite', 'a', 1, 1, 1, null
    union all select 'not_finite', 'a', 1, 2, 2, null
    union all select 'not_finite', 'a', 1, cast('nan' as double), 3, null
    union all select 'not_finite', 'a', 1, 4, cast('-infinity' as double), null

    union all select 'one_group_fails', 'a', 1, 1, 1, null
    union all select 'one_group_fails', 'a', 1, 1, -1, null
    union all select 'one_group_fails', 'a', 1, -1, 1, null
    union all select 'one_group_fails', 'a', 1, -1, -1, null
    union all select 'one_group_fails', 'b', 1, 1, 2, null
    union all select 'one_group_fails', 'b', 1, 2, 4, null
    union all select 'one_group_fails', 'c', 1, 1, 2, null

    -- uncorrelated in each group, but correlated over all, because the groups lie apart
    union all select 'only_together', 'a', 1, 1, 1, null
    union all select 'only_together', 'a', 1, 1, -1, null
    union all select 'only_together', 'a', 1, -1, 1, null
    union all select 'only_together', 'a', 1, -1, -1, null
    union all select 'only_together', 'b', 1, 11, 11, null
    union all select 'only_together', 'b', 1, 11, 9, null
    union all select 'only_together', 'b', 1, 9, 11, null
    union all select 'only_together', 'b', 1, 9, 9, null

    union all select 'one_version_fails', 'a', 1, 1, 2, null
    union all select 'one_version_fails', 'a', 1, 2, 4, null
    union all select 'one_version_fails', 'a', 2, 1, 5, null
    union all select 'one_version_fails', null, 1, 1, 5, null

)

select
    *,
    segmentation as "group",
    age as "order",
    income as "select"

from examples
