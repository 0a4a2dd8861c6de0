"""Put errors into the orders of the sample's customers."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dirty_customers import CUSTOMERS, Row, draw_customers
from distribution import connect, digest

# Wrong values for some orders. Completed orders of the last year stay correct, so that
# no figure of a customer depends on the dirt.
FIRST_DAY_OF_THE_YEAR = "2025-01-01"
SPOILT_ORDERS = [
    *[("customer_id", value) for value in ("C00000", "C90017", "C99999", "GUEST", "")],
    *[("ordered_on", value) for value in ("", "", "", "31.12.", "2024-02-30")],
    *[("amount", value) for value in ("", "n/a", "EUR 20", "free", "12,50")],
]
STATUS_STYLES = [str.upper, str.capitalize, " {}".format, "{} ".format]
RESTYLED_STATUSES = 80
REPEATED_ORDERS = 12


def draw_orders(year: int = 2025) -> list[Row]:
    """Return the clean orders of the sample's customers, with every value as text.
    For 2025, these include some orders of earlier years; for other years, they do not.
    """
    result = connect(CUSTOMERS, later=year == 2026, order_year=year).execute(
        "select * from orders order by order_id"
    )
    columns = [column[0] for column in result.description]
    return [
        dict(zip(columns, map(str, values), strict=True))
        for values in result.fetchall()
    ]


def spoil_orders(
    orders: Iterable[Row], counts_nowhere: Callable[[Row], bool]
) -> list[Row]:
    """Return the orders with dirt. Only orders that count nowhere are made unusable."""
    shuffled = sorted(orders, key=lambda row: digest("dirt", row["order_id"]))
    spare = [row for row in shuffled if counts_nowhere(row)]
    for row, (column, value) in zip(spare, SPOILT_ORDERS, strict=False):
        row[column] = value
    untouched = shuffled[::-1]
    for number, row in enumerate(untouched[:RESTYLED_STATUSES]):
        style = STATUS_STYLES[number % len(STATUS_STYLES)]
        row["status"] = style(row["status"])
    return shuffled + [dict(row) for row in untouched[:REPEATED_ORDERS]]


def draw_dirty_orders(later: bool = False) -> list[Row]:
    """Return the orders with dirt, in an order that looks random and never changes.
    The orders of 2024 have no dirt.

    A year later, the orders of that year are added, and the orders of customers who
    left are removed. All other rows stay the same.
    """
    rows = spoil_orders(
        draw_orders(), lambda row: row["ordered_on"] < FIRST_DAY_OF_THE_YEAR
    )
    rows += draw_orders(2024)
    if later:
        ids, later_ids = (
            {customer.original_id for customer in draw_customers(CUSTOMERS, is_later)}
            for is_later in (False, True)
        )
        rows = [row for row in rows if row["customer_id"] not in ids - later_ids]
        rows += spoil_orders(
            draw_orders(2026), lambda row: row["status"] != "completed"
        )
    numbered = enumerate(rows)
    return [row for _, row in sorted(numbered, key=lambda one: digest("order", one[0]))]
