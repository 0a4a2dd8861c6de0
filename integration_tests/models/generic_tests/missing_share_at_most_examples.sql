with

examples as (

    select 'complete' as example, 'low' as income
    union all select 'complete', 'high'

    union all select 'one_row', 'low'

    union all select 'one_of_four', 'low'
    union all select 'one_of_four', 'high'
    union all select 'one_of_four', 'high'
    union all select 'one_of_four', null

    union all select 'only_nulls', null
    union all select 'only_nulls', null

)

select
    *,
    income as "order",
    income as "select"

from examples
