with

stg_customers as (

    select * from {{ ref("stg_customers") }}

),

banded as (

    select
        *,
        case
            when try_cast(age as integer) < 25 then '18-24'
            when try_cast(age as integer) < 35 then '25-34'
            when try_cast(age as integer) < 50 then '35-49'
            when try_cast(age as integer) < 65 then '50-64'
            when try_cast(age as integer) >= 65 then '65 or older'
        end as age_band

    from stg_customers

)

select * from banded
