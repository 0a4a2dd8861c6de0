-- The sample's customers, clean, with the groups that they were drawn from.
-- DuckDB SQL with two parameters, the variables `seed` and `customers`.
--
-- Every value is a function of the seed, the customer's number and the name of
-- the draw, and of nothing else. So the first customers are the same however
-- many are made, on any number of threads, and a new draw changes no other.

with

numbered_blocks as materialized (

    -- one thread alone reads a range, several read a materialized table
    select range * 64 as first_number
    from range(1 + getvariable('customers')::bigint // 64)

),

numbered_customers as (

    select
        getvariable('seed')::bigint as seed,
        unnest(
            range(
                first_number,
                least(first_number + 64, getvariable('customers')::bigint)
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

    -- of 100 customers; income is lognormal, its typical value is the median
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

    -- of 100 customers with that lifestyle
    values
    ('young_spenders', 28, 14, 42, 16),
    ('careful_affluent', 26, 30, 32, 12),
    ('affluent_spenders', 36, 30, 20, 14),
    ('middle_market', 38, 14, 32, 16),
    ('frugal_seniors', 36, 10, 40, 14)

),

value_groups (
    value_group,
    products_median,
    products_sigma,
    complaints_median,
    complaints_sigma,
    price_median,
    price_sigma
) as (

    -- all lognormal; as whole numbers they vary more than Poisson counts would
    values
    ('loyal_regulars', 26, 0.50, 0.40, 0.9, 19, 0.50),
    ('big_baskets', 5, 0.55, 0.35, 0.9, 240, 0.50),
    ('occasional', 3.5, 0.60, 0.25, 0.9, 18, 0.60),
    ('troubled', 10, 0.60, 4.50, 0.6, 40, 0.60)

),

attitude_shares (
    lifestyle_group,
    price_driven,
    brand_loyal,
    novelty_seekers
) as (

    -- of 100 customers with that lifestyle
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

    -- mean answers from 1 to 5, before they are rounded
    values
    ('price_driven', 4.4, 2.0, 2.1),
    ('brand_loyal', 2.1, 4.4, 1.9),
    ('novelty_seekers', 2.4, 2.0, 4.5)

),

places (
    country,
    city,
    customers
) as (

    -- of 10,000 customers: a long tail, ten countries with a handful or one
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

    -- one row for each of 100 customers: drawing is a join on equality
    select
        lifestyle_groups.* exclude (customers),
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
        hash(seed, customer_number, 'age') as age_z,
        hash(seed, customer_number, 'income') as income_z,
        hash(seed, customer_number, 'score') as score_z,
        hash(seed, customer_number, 'products') as products_z,
        hash(seed, customer_number, 'complaints') as complaints_z,
        hash(seed, customer_number, 'price') as price_z,
        hash(seed, customer_number, 'sensitivity') as sensitivity_z,
        hash(seed, customer_number, 'loyalty') as loyalty_z,
        hash(seed, customer_number, 'novelty') as novelty_z

    from numbered_customers

),

mixed_draws as (

    -- hash() of several values ends in an exclusive or with the last of them:
    -- two draws of a customer differ by a constant until they are hashed again
    select
        customer_number,
        hash(columns('_(draw|z)$')) as '\0'

    from hashed_draws

),

shaped_draws as (

    -- uniform in [0, 1) from 53 bits, as many as a double holds; normal by
    -- Box-Muller, its angle from one more hash
    select
        customer_number,
        (columns('_draw$') >> 11) / 9007199254740992e0 as '\0',
        sqrt(-2 * ln(1 - (columns('_z$') >> 11) / 9007199254740992e0))
        * cos(2 * pi() * (hash(columns('_z$')) >> 11) / 9007199254740992e0)
            as '\0'

    from mixed_draws

),

assigned_lifestyles as (

    select
        shaped_draws.*,
        expanded_lifestyles.* exclude (lifestyle_number),
        expanded_places.country,
        expanded_places.city,
        value_shares.* exclude (lifestyle_group),
        attitude_shares.* exclude (lifestyle_group)

    from shaped_draws
    inner join expanded_lifestyles
        on
            floor(shaped_draws.lifestyle_draw * 100)::bigint
            = expanded_lifestyles.lifestyle_number
    inner join expanded_places
        on
            floor(shaped_draws.place_draw * 10000)::bigint
            = expanded_places.place_number
    inner join value_shares
        on expanded_lifestyles.lifestyle_group = value_shares.lifestyle_group
    inner join attitude_shares
        on expanded_lifestyles.lifestyle_group = attitude_shares.lifestyle_group

),

assigned_groups as (

    -- given the lifestyle, so the three groups are related but far from equal
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
        income_median * exp(income_sigma * income_z) as annual_income,
        score_mean + score_deviation * score_z as spending_score,
        greatest(1, round(products_median * exp(products_sigma * products_z)))
            as products_purchased,
        floor(complaints_median * exp(complaints_sigma * complaints_z))
            as complaints,
        price_median * exp(price_sigma * price_z) as price,
        sensitivity_mean + 0.8e0 * sensitivity_z as price_sensitivity,
        loyalty_mean + 0.8e0 * loyalty_z as brand_loyalty,
        novelty_mean + 0.8e0 * novelty_z as novelty_seeking,
        -- half of the customers joined in the last quarter of the ten years
        floor(3652 * signup_draw * signup_draw)::integer as days_since_signup

    from joined_parameters

),

rounded_values as (

    select
        format('C{:05d}', customer_number) as customer_id,
        case
            when gender_draw * 100 < female_customers then 'Female'
            when gender_draw * 100 < 98.5 then 'Male'
            else 'Other'
        end as gender,
        round(least(greatest(age, 18), 90))::integer as age,
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
        date '2025-12-31' - days_since_signup as signup_date,
        lifestyle_group,
        value_group,
        attitude_group

    from drawn_values

)

select * from rounded_values
