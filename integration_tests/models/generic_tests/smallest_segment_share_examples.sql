with

examples as (

    select 'two_shares' as example, 0.02e0 as share, 0.02e0 as minimum_share
    union all select 'two_shares', 0.98, 0.98

    union all select 'one_row', 1, 1

    union all select 'nobody', 0, 0

    union all select 'one_is_small', 0.5, 0.5
    union all select 'one_is_small', 0.49, 0.49
    union all select 'one_is_small', 0.01, 0.02

    union all select 'unknown', null, 0.02
    union all select 'unknown', 0.5, 0.02

    union all select 'unknown_minimum', 0.5, null
    union all select 'unknown_minimum', 0.5, 0.02

    union all select 'percentage', 50, 2
    union all select 'percentage', 50, 2

    union all select 'not_a_number', cast('nan' as double), 0.02

    union all select 'negative', -0.01, -1

)

select
    *,
    minimum_share as "limit",
    share as "order",
    share as "select"

from examples
