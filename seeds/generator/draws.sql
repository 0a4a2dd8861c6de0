-- The random draws of each customer, and how they change within a year.
--
-- Every draw only depends on the seed, the customer's number and the name of the draw.
-- Therefore the first customers are the same for any number of customers or threads, and
-- an additional draw does not change the other draws.

-- Both macros turn the 64 bits of a hash into a draw. A uniform draw in [0, 1) has 53
-- bits, as many as a double can hold. A normal draw is made by the Box-Muller method; its
-- angle comes from a second hash.
create macro uniform_draw(bits) as (bits >> 11) / 9007199254740992e0;
create macro normal_draw(bits) as sqrt(-2 * ln(1 - uniform_draw(bits)))
    * cos(2 * pi() * (hash(bits) >> 11) / 9007199254740992e0);

create view draws as

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

    -- The last step of hash() is XOR with the hash of its last argument. Without a second
    -- hash, two draws would differ by the same constant for all customers.
    select
        customer_number,
        hash(columns('_(draw|z)$')) as '\0'

    from hashed_draws

),

shaped_draws as (

    select
        customer_number,
        uniform_draw(columns('_draw$')) as '\0',
        normal_draw(columns('_z$')) as '\0'

    from mixed_draws

),

counted_years as (

    -- `years`: the years since the sample in which the customer existed; 0 for
    -- newcomers.
    select
        *,
        customer_number > getvariable('customers') as is_new,
        case
            when customer_number > getvariable('customers') then 0
            else getvariable('years_later')
        end as years

    from shaped_draws

)

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
    on counted_years.years = persistence.years;
