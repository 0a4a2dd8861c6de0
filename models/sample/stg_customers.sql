with

customers as (

    select * from {{ ref("customer_segmentation", "customers") }}

),

trimmed as (

    select
        nullif(trim(customer_id), '') as customer_id,
        lower(trim(gender)) as gender,
        lower(trim(country)) as country,
        nullif(trim(city), '') as city,
        trim(age) as age,
        trim(annual_income) as annual_income,
        trim(spending_score) as spending_score,
        trim(products_purchased) as products_purchased,
        trim(complaints) as complaints,
        trim(money_spent) as money_spent,
        trim(price_sensitivity) as price_sensitivity,
        trim(brand_loyalty) as brand_loyalty,
        trim(novelty_seeking) as novelty_seeking,
        try_cast(trim(signup_date) as date) as signup_date

    from customers

),

spelt as (

    -- Numbers stay text here, because a later check reports invalid numbers.
    select
        customer_id,
        case
            when gender in ('f', 'female', 'woman') then 'Female'
            when gender in ('m', 'male', 'man') then 'Male'
            when gender != '' then 'Other'
        end as gender,
        case
            when country in ('österreich', 'austria') then 'Austria'
            when country in ('brasil', 'brazil') then 'Brazil'
            when country in ('deutschland', 'germany') then 'Germany'
            when country in ('españa', 'spain') then 'Spain'
            when country in ('great britain', 'u.k.', 'uk', 'united kingdom')
                then 'United Kingdom'
            when country in ('holland', 'netherlands', 'the netherlands')
                then 'Netherlands'
            when country in ('italia', 'italy') then 'Italy'
            when country in ('poland', 'polska') then 'Poland'
            when country in ('schweiz', 'switzerland') then 'Switzerland'
            when country in ('sverige', 'sweden') then 'Sweden'
            when country in (
                'u.s.a.', 'united states', 'united states of america', 'us', 'usa'
            ) then 'United States'
            when country = 'new zealand' then 'New Zealand'
            when country != ''
                then upper(substring(country, 1, 1)) || substring(country, 2)
        end as country,
        city,
        age,
        annual_income,
        spending_score,
        products_purchased,
        complaints,
        money_spent,
        price_sensitivity,
        brand_loyalty,
        novelty_seeking,
        signup_date

    from trimmed

)

select * from spelt
