with

examples as (

    select 'well_separated' as example, 0.2e0 as silhouette, 0.2e0 as minimum_silhouette
    union all select 'well_separated', 0.55, 0.2
    union all select 'well_separated', 1, 1

    union all select 'one_row', 0.3, 0.2

    union all select 'misplaced', -1, -1

    union all select 'one_is_poor', 0.5, 0.2
    union all select 'one_is_poor', 0.19, 0.2

    union all select 'unknown', null, 0.2
    union all select 'unknown', 0.5, 0.2

    union all select 'unknown_minimum', 0.5, null
    union all select 'unknown_minimum', 0.5, 0.2

    union all select 'above_one', 1.01, 0.2
    union all select 'above_one', 55, 0.2

    union all select 'below_minus_one', -1.01, -2

    union all select 'not_a_number', cast('nan' as double), 0.2

)

select
    *,
    minimum_silhouette as "limit",
    silhouette as "order",
    silhouette as "select"

from examples
