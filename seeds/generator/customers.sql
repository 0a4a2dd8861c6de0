-- The sample's customers, clean, with the groups that they were drawn from.
--
-- With `years_later` = 0, these are the customers of 2025-12-31. With 1, they are the
-- same customers on 2026-12-31: a year older, with the figures of that year, and
-- without those who left. `newcomers` have the numbers after all other customers.

create view customers as

with

expanded_lifestyles as (

    -- One row for each of 100 customers, so that a join on equality draws a group.
    select
        lifestyle_groups.lifestyle_group,
        row_number() over (
            order by lifestyle_groups.lifestyle_group, copies.range
        ) - 1 as lifestyle_number

    from lifestyle_groups
    inner join range(100) as copies
        on lifestyle_groups.customers > copies.range

),

expanded_places as (

    select
        places.country,
        places.city,
        row_number() over (
            order by places.country, places.city, copies.range
        ) - 1 as place_number

    from places
    inner join range(10000) as copies
        on places.customers > copies.range

),

drawn_lifestyles as (

    select
        draws.*,
        expanded_lifestyles.lifestyle_group as first_lifestyle,
        expanded_places.country,
        expanded_places.city

    from draws
    inner join expanded_lifestyles
        on
            floor(draws.lifestyle_draw * 100)::bigint
            = expanded_lifestyles.lifestyle_number
    inner join expanded_places
        on
            floor(draws.place_draw * 10000)::bigint
            = expanded_places.place_number

),

changed_lifestyles as (

    select
        drawn_lifestyles.*,
        case
            when years = 1 and new_lifestyle_draw * 100 < first_changes
                then first_destination
            when
                years = 1
                and new_lifestyle_draw * 100 < first_changes + second_changes
                then second_destination
            else first_lifestyle
        end as lifestyle_group

    from drawn_lifestyles
    inner join life_changes
        on drawn_lifestyles.first_lifestyle = life_changes.lifestyle_group

),

assigned_lifestyles as (

    -- A new lifestyle changes income and score, but neither age nor gender.
    select
        changed_lifestyles.*,
        lifestyle_groups.income_median,
        lifestyle_groups.income_sigma,
        lifestyle_groups.score_mean,
        lifestyle_groups.score_deviation,
        first_groups.age_mean,
        first_groups.age_deviation,
        first_groups.female_customers,
        value_shares.* exclude (lifestyle_group),
        attitude_shares.* exclude (lifestyle_group)

    from changed_lifestyles
    inner join lifestyle_groups
        on changed_lifestyles.lifestyle_group = lifestyle_groups.lifestyle_group
    inner join lifestyle_groups as first_groups
        on changed_lifestyles.first_lifestyle = first_groups.lifestyle_group
    inner join value_shares
        on changed_lifestyles.lifestyle_group = value_shares.lifestyle_group
    inner join attitude_shares
        on changed_lifestyles.lifestyle_group = attitude_shares.lifestyle_group

),

assigned_groups as (

    -- The probabilities of value and attitude groups depend on the lifestyle, so the
    -- three kinds of groups are related, but not the same.
    select
        *,
        case
            when value_draw * 100 < loyal_regulars
                then 'loyal_regulars'
            when value_draw * 100 < loyal_regulars + big_baskets
                then 'big_baskets'
            when value_draw * 100 < loyal_regulars + big_baskets + occasional
                then 'occasional'
            else 'troubled'
        end as value_group,
        case
            when attitude_draw * 100 < price_driven
                then 'price_driven'
            when attitude_draw * 100 < price_driven + brand_loyal
                then 'brand_loyal'
            else 'novelty_seekers'
        end as attitude_group

    from assigned_lifestyles

),

joined_parameters as (

    select
        assigned_groups.*,
        value_groups.* exclude (value_group),
        attitude_groups.* exclude (attitude_group)

    from assigned_groups
    inner join value_groups
        on assigned_groups.value_group = value_groups.value_group
    inner join attitude_groups
        on assigned_groups.attitude_group = attitude_groups.attitude_group

),

drawn_values as (

    select
        *,
        age_mean + age_deviation * age_z as age,
        -- Prices rise in the later year: incomes follow, and everybody spends less.
        income_median
        * exp(income_sigma * income_z)
        * (1 + 0.05e0 * getvariable('years_later'))
            as annual_income,
        (score_mean + score_deviation * score_z)
        * (1 - 0.11e0 * getvariable('years_later'))
            as spending_score,
        greatest(1, round(products_median * exp(products_sigma * products_z)))
            as products_purchased,
        floor(complaints_median * exp(complaints_sigma * complaints_z))
            as complaints,
        price_median * exp(price_sigma * price_z) as price,
        sensitivity_mean + 0.8e0 * sensitivity_z as price_sensitivity,
        loyalty_mean + 0.8e0 * loyalty_z as brand_loyalty,
        novelty_mean + 0.8e0 * novelty_z as novelty_seeking,
        -- The square makes half of the customers join in the last quarter of ten years.
        case
            when is_new then floor(365 * signup_draw)
            else floor(3652 * signup_draw * signup_draw) + 365 * years
        end::integer as days_since_signup

    from joined_parameters
    where not (years = 1 and leaving_draw * 100 < leaving_customers)

)

select
    format('C{:05d}', customer_number) as customer_id,
    case
        when gender_draw * 100 < female_customers then 'Female'
        when gender_draw * 100 < 98.5 then 'Male'
        else 'Other'
    end as gender,
    round(least(greatest(age, 18), 90))::integer + years::integer as age,
    country,
    city,
    round(annual_income, 1) as annual_income,
    round(least(greatest(spending_score, 1), 100))::integer
        as spending_score,
    products_purchased::integer as products_purchased,
    complaints::integer as complaints,
    round(products_purchased * price, 2) as money_spent,
    round(least(greatest(price_sensitivity, 1), 5))::integer
        as price_sensitivity,
    round(least(greatest(brand_loyalty, 1), 5))::integer as brand_loyalty,
    round(least(greatest(novelty_seeking, 1), 5))::integer
        as novelty_seeking,
    make_date(2025 + getvariable('years_later'), 12, 31) - days_since_signup
        as signup_date,
    lifestyle_group,
    value_group,
    attitude_group

from drawn_values;
