-- The sample's customers, clean, with the groups that they were drawn from.
-- DuckDB SQL with four parameters, the variables `seed`, `customers`, `years_later`
-- and `newcomers`.
--
-- Every value only depends on the seed, the customer's number and the name of the
-- draw. So the number of customers or threads does not change the first customers,
-- and an additional draw does not change the others.
--
-- With `years_later` = 0, these are the customers of 2025-12-31. With 1, they are the
-- same customers on 2026-12-31: a year older, with the figures of that year, and
-- without those who left. `newcomers` get the numbers after all others.

with

numbered_blocks as materialized (

    -- DuckDB reads a range with one thread, but a materialized table with several.
    select range * 64 as first_number
    from range(
        1
        + (getvariable('customers') + getvariable('newcomers'))::bigint // 64
    )

),

numbered_customers as (

    select
        getvariable('seed')::bigint as seed,
        unnest(
            range(
                first_number,
                least(
                    first_number + 64,
                    (getvariable('customers') + getvariable('newcomers'))::bigint
                )
            )
        ) + 1 as customer_number

    from numbered_blocks

),

lifestyle_groups (
    lifestyle_group,
    customers,
    age_mean,
    age_deviation,
    income_median,
    income_sigma,
    score_mean,
    score_deviation,
    female_customers
) as (

    -- Customers are per 100. Income is lognormal with this median.
    values
    ('young_spenders', 19, 27, 5.0, 31, 0.26, 75, 11.0, 54),
    ('careful_affluent', 13, 48, 7.5, 94, 0.17, 22, 11.0, 43),
    ('affluent_spenders', 18, 35, 5.5, 90, 0.17, 80, 11.0, 52),
    ('middle_market', 32, 45, 9.0, 58, 0.18, 50, 11.0, 49),
    ('frugal_seniors', 18, 66, 7.5, 33, 0.26, 24, 11.0, 57)

),

value_shares (
    lifestyle_group,
    loyal_regulars,
    big_baskets,
    occasional,
    troubled
) as (

    -- Numbers are per 100 customers with the lifestyle.
    values
    ('young_spenders', 28, 14, 42, 16),
    ('careful_affluent', 26, 30, 32, 12),
    ('affluent_spenders', 36, 30, 20, 14),
    ('middle_market', 38, 14, 32, 16),
    ('frugal_seniors', 36, 10, 40, 14)

),

life_changes (
    lifestyle_group,
    first_destination,
    first_changes,
    second_destination,
    second_changes
) as (

    -- Numbers of customers per 100 who change to another lifestyle within a year.
    values
    ('young_spenders', 'affluent_spenders', 5, 'middle_market', 5),
    ('careful_affluent', 'affluent_spenders', 6, 'middle_market', 3),
    ('affluent_spenders', 'careful_affluent', 5, 'middle_market', 3),
    ('middle_market', 'careful_affluent', 4, 'affluent_spenders', 4),
    ('frugal_seniors', 'middle_market', 2, 'careful_affluent', 1)

),

value_groups (
    value_group,
    products_median,
    products_sigma,
    complaints_median,
    complaints_sigma,
    price_median,
    price_sigma,
    leaving_customers
) as (

    -- All figures are lognormal. The counts vary more than Poisson numbers would.
    -- leaving_customers is the number per 100 who leave within a year.
    values
    ('loyal_regulars', 26, 0.50, 0.40, 0.9, 19, 0.50, 2),
    ('big_baskets', 5, 0.55, 0.35, 0.9, 240, 0.50, 4),
    ('occasional', 3.5, 0.60, 0.25, 0.9, 18, 0.60, 6),
    ('troubled', 10, 0.60, 4.50, 0.6, 40, 0.60, 11)

),

attitude_shares (
    lifestyle_group,
    price_driven,
    brand_loyal,
    novelty_seekers
) as (

    -- Numbers are per 100 customers with the lifestyle.
    values
    ('young_spenders', 34, 16, 50),
    ('careful_affluent', 38, 46, 16),
    ('affluent_spenders', 16, 36, 48),
    ('middle_market', 46, 34, 20),
    ('frugal_seniors', 56, 36, 8)

),

attitude_groups (
    attitude_group,
    sensitivity_mean,
    loyalty_mean,
    novelty_mean
) as (

    -- Mean answers from 1 to 5, before rounding.
    values
    ('price_driven', 4.4, 2.0, 2.1),
    ('brand_loyal', 2.1, 4.4, 1.9),
    ('novelty_seekers', 2.4, 2.0, 4.5)

),

persistence (
    years,
    kept,
    fresh,
    yearly_kept,
    yearly_fresh
) as (

    -- The weights of the previous and of the new normal draw after a year. Their
    -- squares add up to one, so that a group keeps its distribution. Figures that are
    -- counted per year (`yearly_...`) change more.
    values
    (0, 1, 0, 1, 0),
    (1, 0.96e0, 0.28e0, 0.8e0, 0.6e0)

),

places (
    country,
    city,
    customers
) as (

    -- Numbers are per 10,000 customers. Ten countries have only one or a few customers.
    values
    ('Germany', 'Berlin', 800),
    ('Germany', 'Hamburg', 540),
    ('Germany', 'Munich', 480),
    ('Germany', 'Cologne', 380),
    ('United Kingdom', 'London', 820),
    ('United Kingdom', 'Manchester', 400),
    ('United Kingdom', 'Edinburgh', 280),
    ('France', 'Paris', 620),
    ('France', 'Lyon', 280),
    ('France', 'Marseille', 200),
    ('Netherlands', 'Amsterdam', 420),
    ('Netherlands', 'Rotterdam', 260),
    ('Netherlands', 'Utrecht', 140),
    ('Spain', 'Madrid', 370),
    ('Spain', 'Barcelona', 250),
    ('Spain', 'Málaga', 100),
    ('Italy', 'Milan', 340),
    ('Italy', 'Rome', 280),
    ('United States', 'New York', 260),
    ('United States', 'Chicago', 160),
    ('United States', 'San Francisco', 150),
    ('Brazil', 'São Paulo', 270),
    ('Brazil', 'Rio de Janeiro', 170),
    ('Poland', 'Warsaw', 220),
    ('Poland', 'Kraków', 140),
    ('Sweden', 'Stockholm', 190),
    ('Sweden', 'Malmö', 90),
    ('Austria', 'Vienna', 180),
    ('Austria', 'Graz', 60),
    ('Switzerland', 'Zürich', 140),
    ('Switzerland', 'Geneva', 70),
    ('Belgium', 'Brussels', 110),
    ('Belgium', 'Antwerp', 70),
    ('Portugal', 'Lisbon', 110),
    ('Portugal', 'Porto', 50),
    ('Denmark', 'Copenhagen', 95),
    ('Denmark', 'Aarhus', 40),
    ('Ireland', 'Dublin', 90),
    ('Norway', 'Oslo', 80),
    ('Canada', 'Toronto', 50),
    ('Canada', 'Montreal', 30),
    ('Mexico', 'Mexico City', 60),
    ('Finland', 'Helsinki', 50),
    ('Czechia', 'Prague', 18),
    ('Japan', 'Tokyo', 14),
    ('Australia', 'Sydney', 12),
    ('Greece', 'Athens', 12),
    ('Argentina', 'Buenos Aires', 10),
    ('Luxembourg', 'Luxembourg', 9),
    ('Iceland', 'Reykjavik', 8),
    ('Singapore', 'Singapore', 8),
    ('Malta', 'Valletta', 7),
    ('New Zealand', 'Auckland', 7)

),

expanded_lifestyles as (

    -- One row for each of 100 customers, so that a draw is a join on equality.
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

hashed_draws as (

    select
        customer_number,
        hash(seed, customer_number, 'lifestyle') as lifestyle_draw,
        hash(seed, customer_number, 'value') as value_draw,
        hash(seed, customer_number, 'attitude') as attitude_draw,
        hash(seed, customer_number, 'gender') as gender_draw,
        hash(seed, customer_number, 'place') as place_draw,
        hash(seed, customer_number, 'signup') as signup_draw,
        hash(seed, customer_number, 'leaving') as leaving_draw,
        hash(seed, customer_number, 'new job') as new_job_draw,
        hash(seed, customer_number, 'new lifestyle') as new_lifestyle_draw,
        hash(seed, customer_number, 'new habits') as new_habits_draw,
        hash(seed, customer_number, 'next value') as next_value_draw,
        hash(seed, customer_number, 'age') as age_z,
        hash(seed, customer_number, 'income') as income_z,
        hash(seed, customer_number, 'score') as score_z,
        hash(seed, customer_number, 'products') as products_z,
        hash(seed, customer_number, 'complaints') as complaints_z,
        hash(seed, customer_number, 'price') as price_z,
        hash(seed, customer_number, 'sensitivity') as sensitivity_z,
        hash(seed, customer_number, 'loyalty') as loyalty_z,
        hash(seed, customer_number, 'novelty') as novelty_z,
        hash(seed, customer_number, 'next income') as next_income_z,
        hash(seed, customer_number, 'next score') as next_score_z,
        hash(seed, customer_number, 'next products') as next_products_z,
        hash(seed, customer_number, 'next complaints') as next_complaints_z,
        hash(seed, customer_number, 'next price') as next_price_z,
        hash(seed, customer_number, 'next sensitivity') as next_sensitivity_z,
        hash(seed, customer_number, 'next loyalty') as next_loyalty_z,
        hash(seed, customer_number, 'next novelty') as next_novelty_z

    from numbered_customers

),

mixed_draws as (

    -- hash() of several values ends with an exclusive or with the last of them. Without
    -- a second hash, two draws would differ by the same constant for all customers.
    select
        customer_number,
        hash(columns('_(draw|z)$')) as '\0'

    from hashed_draws

),

shaped_draws as (

    -- Uniform draws in [0, 1) have 53 bits, as many as a double holds. Normal draws
    -- come from the Box-Muller method, with the angle from one more hash.
    select
        customer_number,
        (columns('_draw$') >> 11) / 9007199254740992e0 as '\0',
        sqrt(-2 * ln(1 - (columns('_z$') >> 11) / 9007199254740992e0))
        * cos(2 * pi() * (hash(columns('_z$')) >> 11) / 9007199254740992e0)
            as '\0'

    from mixed_draws

),

counted_years as (

    -- `years`: the later years in which the customer was one, 0 for newcomers.
    select
        *,
        customer_number > getvariable('customers') as is_new,
        case
            when customer_number > getvariable('customers') then 0
            else getvariable('years_later')
        end as years

    from shaped_draws

),

moved_draws as (

    -- Per 100 customers, 6 have an unrelated income after a year, and 10 may get
    -- another value group.
    select
        counted_years.* replace (
            case
                when counted_years.years = 1 and new_habits_draw * 100 < 10
                    then next_value_draw
                else value_draw
            end as value_draw,
            case
                when counted_years.years = 1 and new_job_draw * 100 < 6
                    then next_income_z
                else kept * income_z + fresh * next_income_z
            end as income_z,
            kept * score_z + fresh * next_score_z as score_z,
            kept * sensitivity_z + fresh * next_sensitivity_z as sensitivity_z,
            kept * loyalty_z + fresh * next_loyalty_z as loyalty_z,
            kept * novelty_z + fresh * next_novelty_z as novelty_z,
            yearly_kept * products_z + yearly_fresh * next_products_z
                as products_z,
            yearly_kept * complaints_z + yearly_fresh * next_complaints_z
                as complaints_z,
            yearly_kept * price_z + yearly_fresh * next_price_z as price_z
        )

    from counted_years
    inner join persistence
        on counted_years.years = persistence.years

),

drawn_lifestyles as (

    select
        moved_draws.*,
        expanded_lifestyles.lifestyle_group as first_lifestyle,
        expanded_places.country,
        expanded_places.city

    from moved_draws
    inner join expanded_lifestyles
        on
            floor(moved_draws.lifestyle_draw * 100)::bigint
            = expanded_lifestyles.lifestyle_number
    inner join expanded_places
        on
            floor(moved_draws.place_draw * 10000)::bigint
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

    -- The other groups are drawn given the lifestyle, so the three are related but
    -- differ.
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

),

rounded_values as (

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

    from drawn_values

)

select * from rounded_values
