"""The contents that files of the sample must have, and functions to read them."""

import csv
from datetime import date
from decimal import Decimal, InvalidOperation

from dirty_customers import SPELLINGS
from project import ROOT

MANY = 20_000

COLUMNS = {
    "customer_id": "VARCHAR",
    "gender": "VARCHAR",
    "age": "INTEGER",
    "country": "VARCHAR",
    "city": "VARCHAR",
    "annual_income": "DOUBLE",
    "spending_score": "INTEGER",
    "products_purchased": "INTEGER",
    "complaints": "INTEGER",
    "money_spent": "DOUBLE",
    "price_sensitivity": "INTEGER",
    "brand_loyalty": "INTEGER",
    "novelty_seeking": "INTEGER",
    "signup_date": "DATE",
}
# The configured limits: minimum, maximum, and whether a value may be missing.
LIMITS = {
    "age": (0, 120, False),
    "annual_income": (0, 10_000, False),
    "spending_score": (1, 100, False),
    "products_purchased": (0, None, False),
    "complaints": (0, None, False),
    "money_spent": (0, None, False),
    "price_sensitivity": (1, 5, True),
    "brand_loyalty": (1, 5, True),
    "novelty_seeking": (1, 5, True),
}
REASONS = {
    "missing_id",
    "conflicting_rows",
    "missing_value",
    "not_a_number",
    "below_minimum",
    "above_maximum",
}
SHARES = {
    "lifestyle_group": {
        "young_spenders": 0.19,
        "careful_affluent": 0.13,
        "affluent_spenders": 0.18,
        "middle_market": 0.32,
        "frugal_seniors": 0.18,
    },
    "value_group": {
        "loyal_regulars": 0.34,
        "big_baskets": 0.18,
        "occasional": 0.33,
        "troubled": 0.15,
    },
    "attitude_group": {
        "price_driven": 0.39,
        "brand_loyal": 0.33,
        "novelty_seekers": 0.28,
    },
}
COMMITTED = {
    "customers.csv": ROOT / "seeds" / "customers.csv",
    "orders.csv": ROOT / "seeds" / "orders.csv",
    "customers_truth.csv": ROOT / "tests" / "fixtures" / "customers_truth.csv",
}


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def unique(rows):
    """Return one row for each id, and all rows without an id."""
    first = {row["customer_id"] or number: row for number, row in enumerate(rows)}
    return list(first.values())


def cleaned_attributes(row):
    """Return gender, country and city as staging should read them."""
    canonical = {
        column: {
            variant.strip().casefold(): value
            for value, variants in spellings.items()
            for variant in [value, *variants]
        }
        for column, spellings in SPELLINGS.items()
    }
    gender = row["gender"].strip().casefold()
    country = row["country"].strip().casefold()
    return (
        canonical["gender"][gender] if gender else "",
        canonical["country"].get(country, country.title()),
        row["city"].strip(),
    )


def different(orders):
    """Return one row for each order: repeated rows are the same order."""
    return list({tuple(row.values()): row for row in orders}.values())


def faults(row, customers):
    """Return the faults of a row, found without the generator."""
    if row["customer_id"] not in customers:
        yield "customer_id"
    try:
        date.fromisoformat(row["ordered_on"])
    except ValueError:
        yield "ordered_on"
    try:
        Decimal(row["amount"])
    except InvalidOperation:
        yield "amount"
