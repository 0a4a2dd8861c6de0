with

examples as (

    select 'even' as example, 1e0 as spend
    union all select 'even', 2
    union all select 'even', 3

    -- one of 21 known values lies 4.5 deviations from the mean
    union all select 'one_high', 0 from range(20)
    union all select 'one_high', 100
    union all select 'one_high', null from range(100)

    union all select 'one_low', 0 from range(20)
    union all select 'one_low', -100

    -- one value lies 3.2 deviations from the mean
    union all select 'rather_high', 0 from range(10)
    union all select 'rather_high', 1

    -- one value lies 2 population deviations, or 1.8 sample deviations, from the mean
    union all select 'one_of_five', 0 from range(4)
    union all select 'one_of_five', 1

    union all select 'one_row', 7

    union all select 'only_nulls', null

    -- by rounding, avg returns 0.10000000000000002
    union all select 'constant', 0.1 from range(3)

    union all select 'not_a_number', 1
    union all select 'not_a_number', 2
    union all select 'not_a_number', cast('nan' as double)

    union all select 'infinite', 1
    union all select 'infinite', 2
    union all select 'infinite', cast('infinity' as double)

    union all select 'minus_infinite', 1
    union all select 'minus_infinite', 2
    union all select 'minus_infinite', cast('-infinity' as double)

)

select
    *,
    spend as "order",
    spend as "select"

from examples
