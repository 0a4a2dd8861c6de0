-- The groups from which customers are drawn, the changes within a year, and how
-- customers order in the web shop.

-- customers and female_customers are numbers per 100. Income is lognormal.
create view lifestyle_groups (
    lifestyle_group,
    customers,
    age_mean,
    age_deviation,
    income_median,
    income_sigma,
    score_mean,
    score_deviation,
    female_customers
) as
values
('young_spenders', 19, 27, 5.0, 31, 0.26, 75, 11.0, 54),
('careful_affluent', 13, 48, 7.5, 94, 0.17, 22, 11.0, 43),
('affluent_spenders', 18, 35, 5.5, 90, 0.17, 80, 11.0, 52),
('middle_market', 32, 45, 9.0, 58, 0.18, 50, 11.0, 49),
('frugal_seniors', 18, 66, 7.5, 33, 0.26, 24, 11.0, 57);

-- Numbers of customers per 100 with the lifestyle.
create view value_shares (
    lifestyle_group,
    loyal_regulars,
    big_baskets,
    occasional,
    troubled
) as
values
('young_spenders', 28, 14, 42, 16),
('careful_affluent', 26, 30, 32, 12),
('affluent_spenders', 36, 30, 20, 14),
('middle_market', 38, 14, 32, 16),
('frugal_seniors', 36, 10, 40, 14);

-- Numbers of customers per 100 who change to another lifestyle within a year.
create view life_changes (
    lifestyle_group,
    first_destination,
    first_changes,
    second_destination,
    second_changes
) as
values
('young_spenders', 'affluent_spenders', 5, 'middle_market', 5),
('careful_affluent', 'affluent_spenders', 6, 'middle_market', 3),
('affluent_spenders', 'careful_affluent', 5, 'middle_market', 3),
('middle_market', 'careful_affluent', 4, 'affluent_spenders', 4),
('frugal_seniors', 'middle_market', 2, 'careful_affluent', 1);

-- All figures are lognormal, so that counts vary more than Poisson numbers would.
-- leaving_customers is the number per 100 who leave within a year.
create view value_groups (
    value_group,
    products_median,
    products_sigma,
    complaints_median,
    complaints_sigma,
    price_median,
    price_sigma,
    leaving_customers
) as
values
('loyal_regulars', 26, 0.50, 0.40, 0.9, 19, 0.50, 2),
('big_baskets', 5, 0.55, 0.35, 0.9, 240, 0.50, 4),
('occasional', 3.5, 0.60, 0.25, 0.9, 18, 0.60, 6),
('troubled', 10, 0.60, 4.50, 0.6, 40, 0.60, 11);

-- Numbers of customers per 100 with the lifestyle.
create view attitude_shares (
    lifestyle_group,
    price_driven,
    brand_loyal,
    novelty_seekers
) as
values
('young_spenders', 34, 16, 50),
('careful_affluent', 38, 46, 16),
('affluent_spenders', 16, 36, 48),
('middle_market', 46, 34, 20),
('frugal_seniors', 56, 36, 8);

-- Mean answers from 1 to 5, before rounding.
create view attitude_groups (
    attitude_group,
    sensitivity_mean,
    loyalty_mean,
    novelty_mean
) as
values
('price_driven', 4.4, 2.0, 2.1),
('brand_loyal', 2.1, 4.4, 1.9),
('novelty_seekers', 2.4, 2.0, 4.5);

-- The weights of the previous normal draw (kept) and of the new one (fresh) after a year.
-- Their squares add up to one, so that a group keeps its distribution. Figures that are
-- counted per year (`yearly_...`) change more.
create view persistence (
    years,
    kept,
    fresh,
    yearly_kept,
    yearly_fresh
) as
values
(0, 1, 0, 1, 0),
(1, 0.96e0, 0.28e0, 0.8e0, 0.6e0);

-- Completed orders of the year and days since the last order are lognormal.
-- older_orders is the largest number of orders before that year, undone_orders the
-- number of returned or canceled orders per completed one.
create view order_habits (
    value_group,
    items_per_order,
    orders_sigma,
    recency_median,
    recency_sigma,
    most_orders,
    older_orders,
    undone_orders,
    returned_share
) as
values
('loyal_regulars', 2.2, 0.15, 9, 0.40, 20, 3, 0.04, 0.5),
('big_baskets', 3.0, 0.20, 75, 0.35, 2, 1, 0.06, 0.5),
('occasional', 3.0, 0.25, 230, 0.25, 2, 0, 0.06, 0.5),
('troubled', 5.0, 0.20, 65, 0.35, 3, 1, 0.70, 0.8);

-- The mean share of purchases in the web shop, before the share of each customer is
-- limited to 0.1 to 1.
create view channel_habits (lifestyle_group, mean_web_share) as
values
('young_spenders', 0.95e0),
('careful_affluent', 0.6e0),
('affluent_spenders', 0.85e0),
('middle_market', 0.75e0),
('frugal_seniors', 0.45e0);
