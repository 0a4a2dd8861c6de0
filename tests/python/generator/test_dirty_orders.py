"""Orders have every kind of dirt. The later file has the orders of the earlier one
unchanged, except those of customers who left.
"""

import itertools
from collections import Counter, defaultdict
from decimal import Decimal

import numpy as np
from dirty_customers import CUSTOMERS
from distribution import connect
from sample_files import COMMITTED, different, faults, read


def test_every_kind_of_dirt_is_in_the_orders(orders, rows, year):
    customers = {row["customer_id"] for row in rows} - {""}
    kinds = Counter(fault for row in orders for fault in faults(row, customers))
    repeated = len(orders) - len(different(orders))
    statuses = {row["status"] for row in orders}

    # The file of 2026 also has the dirt of 2025, except for customers who left.
    of_days, of_amounts, of_copies = {2025: (5, 5, 12), 2026: (9, 9, 23)}[year]
    assert 5 <= kinds["customer_id"] < 50
    assert (kinds["ordered_on"], kinds["amount"]) == (of_days, of_amounts)
    assert repeated == of_copies
    assert {"", "n/a", "12,50"} <= {row["amount"] for row in orders}
    assert {"", "2024-02-30"} <= {row["ordered_on"] for row in orders}
    assert {"", "GUEST"} <= {row["customer_id"] for row in orders}
    assert {
        "completed",
        "COMPLETED",
        "Completed",
        " completed",
        "completed ",
    } <= statuses
    assert {status.strip().lower() for status in statuses} == {
        *("completed", "returned", "cancelled")
    }


def test_orders_are_not_in_the_order_of_their_ids(orders):
    ids = [row["order_id"] for row in orders]
    follows = sum(one < other for one, other in itertools.pairwise(ids))

    assert 0.45 < follows / len(ids) < 0.55


def test_earlier_orders_stay_as_they_were_but_for_those_of_who_left(later_folder):
    before, after = (
        Counter(tuple(row.values()) for row in read(path))
        for path in (COMMITTED["orders.csv"], later_folder / "orders.csv")
    )
    ids, later_ids = (
        {
            customer
            for (customer,) in connect(CUSTOMERS, later=later)
            .execute("select customer_id from customers")
            .fetchall()
        }
        for later in (False, True)
    )
    gone = Counter({row: n for row, n in before.items() if row[1] in ids - later_ids})

    known = {row[0] for row in before}
    kept = Counter({row: n for row, n in after.items() if row[0] in known})
    added = after - kept

    assert kept == before - gone
    assert 0 < gone.total() < 0.05 * before.total()
    assert {row[2][:4] for row in added if row[2][:2] == "20"} == {"2024", "2026"}
    assert sum(row[2] == "2024-02-30" for row in added) == 1


def test_what_adds_up_over_the_years_never_falls(later_folder):
    # The sums are those of all completed orders. The columns of the customers' file
    # cover one year only, so they may fall.
    totals = []
    for path in (COMMITTED["orders.csv"], later_folder / "orders.csv"):
        sums = defaultdict(lambda: np.zeros(3, dtype=object))
        for row in different(read(path)):
            if row["status"].strip().lower() == "completed" and "." in row["amount"]:
                sums[row["customer_id"]] += [
                    1,
                    int(row["items"]),
                    Decimal(row["amount"]),
                ]
        totals.append(sums)
    before, after = totals
    both = [customer for customer in before if customer in after]

    assert len(both) > 1_900
    assert all((after[customer] >= before[customer]).all() for customer in both)
    grown = [(after[customer] > before[customer]).all() for customer in both]
    assert np.mean(grown) > 0.99
