with

examples as (

    select 'standardized' as example, 'a' as segmentation, 1 as version, -1e0 as z
    union all select 'standardized', 'a', 1, 1
    union all select 'standardized', 'a', 1, null

    union all select 'only_nulls', 'a', 1, null
    union all select 'only_nulls', 'a', 1, null

    union all select 'one_row', 'a', 1, 0

    union all select 'mean_is_one', 'a', 1, 0
    union all select 'mean_is_one', 'a', 1, 2

    union all select 'mean_is_minus_one', 'a', 1, 0
    union all select 'mean_is_minus_one', 'a', 1, -2

    union all select 'scale_is_two', 'a', 1, -2
    union all select 'scale_is_two', 'a', 1, 2

    union all select 'scale_is_half', 'a', 1, -0.5
    union all select 'scale_is_half', 'a', 1, 0.5

    -- the sample deviation is 1, not the population deviation
    union all select 'of_a_sample', 'a', 1, -sqrt(0.5)
    union all select 'of_a_sample', 'a', 1, sqrt(0.5)

    union all select 'slightly_off', 'a', 1, -1.00001
    union all select 'slightly_off', 'a', 1, 1.00001

    union all select 'rounded', 'a', 1, -1.0000000001
    union all select 'rounded', 'a', 1, 1.0000000001

    union all select 'not_a_number', 'a', 1, -1
    union all select 'not_a_number', 'a', 1, 1
    union all select 'not_a_number', 'a', 1, cast('nan' as double)

    union all select 'infinite', 'a', 1, -1
    union all select 'infinite', 'a', 1, 1
    union all select 'infinite', 'a', 1, cast('infinity' as double)

    union all select 'minus_infinite', 'a', 1, -1
    union all select 'minus_infinite', 'a', 1, 1
    union all select 'minus_infinite', 'a', 1, cast('-infinity' as double)

    union all select 'one_group_fails', 'a', 1, -1
    union all select 'one_group_fails', 'a', 1, 1
    union all select 'one_group_fails', 'b', 1, -3
    union all select 'one_group_fails', 'b', 1, 3
    union all select 'one_group_fails', 'c', 1, null

    union all select 'only_together', 'a', 1, -1
    union all select 'only_together', 'a', 1, -1
    union all select 'only_together', 'b', 1, 1
    union all select 'only_together', 'b', 1, 1

    union all select 'two_versions_fail', 'a', 1, -1
    union all select 'two_versions_fail', 'a', 1, 1
    union all select 'two_versions_fail', 'a', 2, 1
    union all select 'two_versions_fail', 'a', 2, 3
    union all select 'two_versions_fail', 'a', 3, 5
    union all select 'two_versions_fail', null, 2, -1
    union all select 'two_versions_fail', null, 2, 1

)

select
    *,
    segmentation as "group",
    z as "order",
    z as "select"

from examples
