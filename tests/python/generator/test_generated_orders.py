"""Orders are the part of the customers' purchases that is made in the web shop. The
size of this part depends on the group.
"""

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from statistics import mean, median

import pytest
from distribution import connect
from sample_files import different
from scipy.stats import spearmanr


def test_orders_have_their_columns_and_ids(orders, year):
    ids = Counter(row["order_id"] for row in different(orders))

    assert list(orders[0]) == [
        *("order_id", "customer_id", "ordered_on", "status", "items", "amount")
    ]
    # The orders of 2024 are only 0.6 of a year's, because there were fewer customers.
    years = year - 2024 + 0.6
    assert 9_000 * years < len(orders) < 12_000 * years
    assert set(ids.values()) == {1}


@pytest.fixture(scope="module")
def web_purchases(rows, truth, completed, year):
    """Items and amounts of the year by customer, in the web shop and in total."""
    accepted = {row["customer_id"] for row in truth if row["outcome"] == "accepted"}
    everything = {
        row["customer_id"]: (
            int(row["products_purchased"]),
            Decimal(row["money_spent"]),
        )
        for row in rows
        if row["customer_id"] in accepted
    }
    web = {
        customer: (
            sum(items for day, items, _ in completed[customer] if day.year == year),
            sum(amount for day, _, amount in completed[customer] if day.year == year),
        )
        for customer in accepted
    }
    return {customer: (web[customer], everything[customer]) for customer in accepted}


def test_completed_orders_of_the_year_are_a_part_of_all_purchases(web_purchases):
    only_web = [web == everything for web, everything in web_purchases.values()]

    assert len(web_purchases) >= 2_000
    for (products, money), (all_products, all_money) in web_purchases.values():
        assert 0 < products <= all_products
        assert 0 < money <= all_money
    assert 0.15 < mean(only_web) < 0.25


def test_money_in_the_web_shop_is_another_figure_than_all_money(web_purchases, truth):
    shares = defaultdict(list)
    for row in truth:
        if row["customer_id"] in web_purchases:
            (_, money), (_, all_money) = web_purchases[row["customer_id"]]
            shares[row["lifestyle_group"]].append(float(money / all_money))
    means = {group: mean(values) for group, values in shares.items()}
    pairs = [
        (float(money), float(all_money))
        for (_, money), (_, all_money) in web_purchases.values()
    ]

    assert 0.85 < spearmanr(*zip(*pairs, strict=True)).statistic < 0.95
    assert means["young_spenders"] > 0.8 > means["middle_market"] > 0.6
    assert means["frugal_seniors"] < 0.5


def test_nobody_orders_before_the_signup_or_after_the_last_day(rows, orders, year):
    signup = {row["customer_id"]: row["signup_date"] for row in rows}
    del signup[""]
    for row in orders:
        day = row["ordered_on"]
        if row["customer_id"] in signup and day[:2] == "20":
            assert signup[row["customer_id"]] <= day <= f"{year}-12-31", row


def test_every_order_has_items_and_is_worth_something(orders, year):
    amounts = [row["amount"] for row in orders if "." in row["amount"]]

    assert min(int(row["items"]) for row in orders) == 1
    # One of the bad amounts of 2025 is missing in 2026, because its customer has left.
    assert len(amounts) == len(orders) - {2025: 5, 2026: 9}[year]
    assert all(amount[-3] == "." for amount in amounts)
    assert min(map(Decimal, amounts)) > 0


def test_the_first_customers_order_the_same_however_many_there_are():
    sql = "select * from orders order by order_id"
    few = connect(100).execute(sql).fetchall()
    many = connect(1_000, threads=1).execute(sql).fetchall()

    assert len(few) > 300
    assert few == many[: len(few)]


def test_groups_order_as_their_names_say(truth, completed, year):
    figures = defaultdict(list)
    for row in truth:
        theirs = completed.get(row["customer_id"], [])
        if days := [order for order in theirs if order[0].year == year]:
            last = max(day for day, _, _ in days)
            figures[row["value_group"]].append(
                (
                    (date(year, 12, 31) - last).days,
                    len(days),
                    mean(amount for _, _, amount in days),
                )
            )
    recency, frequency, basket = (
        {group: median(row[i] for row in rows) for group, rows in figures.items()}
        for i in range(3)
    )

    assert recency["loyal_regulars"] < 15 < recency["troubled"] < 100
    assert recency["occasional"] > 150
    assert frequency["loyal_regulars"] >= 8
    assert max(frequency["big_baskets"], frequency["occasional"]) <= 2
    assert basket["big_baskets"] > 5 * max(
        basket["loyal_regulars"], basket["occasional"]
    )


def test_the_troubled_return_more(truth, orders, year):
    group = {row["customer_id"]: row["value_group"] for row in truth}
    statuses = defaultdict(Counter)
    for row in orders:
        if row["customer_id"] in group and row["ordered_on"].startswith(str(year)):
            statuses[group[row["customer_id"]]][row["status"].strip().lower()] += 1
    returned = {
        name: counts["returned"] / counts.total() for name, counts in statuses.items()
    }

    assert all(
        set(counts) == {"completed", "returned", "cancelled"}
        for counts in statuses.values()
    )
    assert returned["troubled"] > 0.2
    assert max(share for name, share in returned.items() if name != "troubled") < 0.05


def test_who_signed_up_earlier_ordered_before_the_year(completed, year):
    older = [
        any(day.year < year for day, _, _ in orders) for orders in completed.values()
    ]
    least, most = {2025: (0.65, 0.7), 2026: (0.9, 0.94)}[year]

    assert least < sum(older) / len(older) < most
