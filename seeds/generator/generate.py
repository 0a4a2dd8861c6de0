"""Make the sample's customers.

`python seeds/generator/generate.py` rewrites the seeds: customers and their orders,
with errors such as real files have ("dirt"). It also writes the truth about each
customer: the groups it was drawn from, and whether and why it must be rejected.
`--rows 10000000 --parquet FILE` writes that many customers without dirt.

The sample is as of 2025-12-31. `--later` writes it as of 2026-12-31: customers are a
year older and have the figures and orders of that year, some have left, and some are
new. `--folder DIR` writes to that folder and leaves the seeds as they are.

The distributions are in customers.sql and orders.sql; this file adds the dirt. The same
files result, byte for byte, every time.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

SEED = 2026
ACCEPTED_CUSTOMERS = 2_000
NEW_CUSTOMERS_PER_HUNDRED = 8  # in the year that passes with `--later`
MISSING_IDS = 3

GENERATOR = Path(__file__).resolve().parent
ROOT = GENERATOR.parents[1]
DISTRIBUTION = GENERATOR / "customers.sql"
ORDERS = GENERATOR / "orders.sql"
SEED_FILE = ROOT / "seeds" / "customers.csv"
ORDERS_FILE = ROOT / "seeds" / "orders.csv"
TRUTH_FILE = ROOT / "tests" / "fixtures" / "customers_truth.csv"

GROUPS = ["lifestyle_group", "value_group", "attitude_group"]
SURVEY = ["price_sensitivity", "brand_loyalty", "novelty_seeking"]
DECIMALS = {"annual_income": 1, "money_spent": 2}

# Spellings that staging must accept and read as the same value.
SPELLINGS = {
    "gender": {
        "Female": [
            "FEMALE",
            "female",
            "F",
            "f",
            "Woman",
            "woman",
            " Female",
            "female ",
        ],
        "Male": ["MALE", "male", "M", "m", "Man", "man", " male ", "Male "],
        "Other": ["other"],
    },
    "country": {
        "Germany": ["Deutschland", "GERMANY", "germany", " Germany"],
        "United Kingdom": ["UK", "U.K.", "Great Britain", "united kingdom"],
        "France": ["FRANCE", "France "],
        "Netherlands": ["Holland", "The Netherlands", "NETHERLANDS"],
        "Spain": ["España", "spain"],
        "Italy": ["Italia"],
        "United States": ["USA", "U.S.A.", "US", "United States of America"],
        "Brazil": ["Brasil"],
        "Poland": ["Polska"],
        "Sweden": ["Sverige"],
        "Austria": ["Österreich"],
        "Switzerland": ["Schweiz"],
    },
}
PADDINGS = [" {}", "{} ", "  {}", " {} "]

# Columns that are left empty together, for so many customers. These gaps are allowed.
EMPTIED = [
    (["gender"], 4),
    (["country"], 4),
    (["city"], 4),
    (["price_sensitivity"], 14),
    (["brand_loyalty"], 14),
    (["novelty_seeking"], 14),
    (SURVEY, 18),
]

# One rejected customer each: the feature, its wrong value, the reason of the rejection.
REJECTED = [
    ("age", "", "missing_value"),
    ("age", "", "missing_value"),
    ("annual_income", "", "missing_value"),
    ("annual_income", "", "missing_value"),
    ("spending_score", "", "missing_value"),
    ("spending_score", "", "missing_value"),
    ("money_spent", "", "missing_value"),
    ("money_spent", "", "missing_value"),
    ("age", "unknown", "not_a_number"),
    ("annual_income", "n/a", "not_a_number"),
    ("spending_score", "high", "not_a_number"),
    ("money_spent", "EUR 120", "not_a_number"),
    ("age", "-1", "below_minimum"),
    ("annual_income", "-12.5", "below_minimum"),
    ("spending_score", "0", "below_minimum"),
    ("money_spent", "-20.00", "below_minimum"),
    ("age", "230", "above_maximum"),
    ("age", "999", "above_maximum"),
    ("annual_income", "999999", "above_maximum"),
    ("spending_score", "480", "above_maximum"),
]

# One customer each, whose second row differs in these columns. Both rows are rejected.
CONFLICTING_COLUMNS = [
    ["annual_income", "spending_score"],
    ["age"],
    ["country", "city", "money_spent"],
]

# Duplicates that are merged: exact ones, and those that are equal after staging.
EXACT_DUPLICATES = 15
RESTYLED_DUPLICATES: list[tuple[str, Callable[[str], str]]] = [
    ("gender", str.upper),
    ("gender", str.lower),
    ("country", str.upper),
    ("country", " {} ".format),
    ("city", "{} ".format),
]

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

CUSTOMERS = ACCEPTED_CUSTOMERS + len(REJECTED) + len(CONFLICTING_COLUMNS) + MISSING_IDS

Row = dict[str, str]


@dataclass
class Customer:
    """A customer with its rows in the seed, and the truth about it."""

    original_id: str
    rows: list[Row]
    groups: Row
    outcome: str = "accepted"
    reason: str = ""
    feature: str = ""

    def reject(self, reason: str, feature: str = "") -> None:
        """Note that all rows of this customer must be rejected, and why."""
        self.outcome, self.reason, self.feature = "rejected", reason, feature

    def truth(self) -> Row:
        """Return the truth about this customer as a row."""
        return {
            "customer_id": self.rows[0]["customer_id"],
            **self.groups,
            "outcome": self.outcome,
            "reason": self.reason,
            "feature": self.feature,
        }


@dataclass
class Pool:
    """Customers who are still without dirt, in an order that looks random."""

    customers: list[Customer] = field(default_factory=list)

    @classmethod
    def of(cls, customers: Iterable[Customer], draw: str) -> Pool:
        """Return the customers in an order that depends on the name of the draw."""
        return cls(sorted(customers, key=lambda one: digest(draw, one.original_id)))

    def take(self, column: str = "", value: str = "") -> Customer:
        """Take the next customer, or the next one with a value in a column."""
        for position, customer in enumerate(self.customers):
            if not column or customer.rows[0][column] == value:
                return self.customers.pop(position)
        raise ValueError(f"no customer without dirt is left with {column} = {value}")


def digest(*parts: object) -> str:
    """Return a text to sort by that looks random and is always the same."""
    text = ":".join(str(part) for part in (SEED, *parts))
    return hashlib.sha256(text.encode()).hexdigest()


def connect(
    customers: int, threads: int | None = None, later: bool = False
) -> duckdb.DuckDBPyConnection:
    """Open DuckDB with a view `customers` of that many customers, as of the day of the
    sample or a year later.
    """
    connection = duckdb.connect()
    if threads:
        connection.execute(f"set threads = {threads:d}")
    newcomers = customers * NEW_CUSTOMERS_PER_HUNDRED // 100 if later else 0
    connection.execute(f"set variable seed = {SEED:d}")
    connection.execute(f"set variable customers = {customers:d}")
    connection.execute(f"set variable years_later = {int(later):d}")
    connection.execute(f"set variable newcomers = {newcomers:d}")
    connection.execute(f"create view customers as {DISTRIBUTION.read_text('utf-8')}")
    return connection


def write_parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Write the customers, clean, typed and without groups, and return their number."""
    quoted_path = str(path).replace("'", "''")
    (count,) = connection.execute(
        f"copy (select * exclude ({', '.join(GROUPS)}) from customers) "
        f"to '{quoted_path}' (format parquet)"
    ).fetchone()
    return count


def draw_customers(count: int, later: bool = False) -> list[Customer]:
    """Return clean customers, with every value as text."""
    result = connect(count, later=later).execute(
        "select * from customers order by customer_id"
    )
    columns = [column[0] for column in result.description]
    return [
        to_customer(dict(zip(columns, values, strict=True)))
        for values in result.fetchall()
    ]


def to_customer(values: dict[str, object]) -> Customer:
    """Separate the columns of the seed from the groups, and write numbers as text."""
    texts = {
        column: f"{value:.{DECIMALS[column]}f}" if column in DECIMALS else str(value)
        for column, value in values.items()
    }
    groups = {group: texts.pop(group) for group in GROUPS}
    return Customer(texts["customer_id"], [texts], groups)


def respell(pool: Pool) -> None:
    """Spell genders and countries in different ways, and add spaces to cities."""
    for column, spellings in SPELLINGS.items():
        for value, variants in spellings.items():
            for variant in variants:
                pool.take(column, value).rows[0][column] = variant
    for padding in PADDINGS:
        row = pool.take().rows[0]
        row["city"] = padding.format(row["city"])


def empty(pool: Pool) -> None:
    """Empty values that are allowed to be missing."""
    for columns, count in EMPTIED:
        for _ in range(count):
            pool.take().rows[0].update(dict.fromkeys(columns, ""))


def spoil(pool: Pool) -> None:
    """Put unusable values into features, one per customer."""
    for column, value, reason in REJECTED:
        customer = pool.take()
        customer.rows[0][column] = value
        customer.reject(reason, column)


def lose_ids(pool: Pool) -> None:
    """Remove the id of some customers."""
    for _ in range(MISSING_IDS):
        customer = pool.take()
        customer.rows[0]["customer_id"] = ""
        customer.reject("missing_id")


def contradict(pool: Pool) -> None:
    """Give some customers a second row with values of another customer."""
    for columns in CONFLICTING_COLUMNS:
        customer = pool.take()
        first = customer.rows[0]
        other = next(
            candidate.rows[0]
            for candidate in pool.customers
            if all(candidate.rows[0][column] != first[column] for column in columns)
        )
        customer.rows.append(first | {column: other[column] for column in columns})
        customer.reject("conflicting_rows")


def repeat(pool: Pool) -> None:
    """Repeat rows, exactly or in another style."""
    for _ in range(EXACT_DUPLICATES):
        customer = pool.take()
        customer.rows.append(dict(customer.rows[0]))
    for column, restyle in RESTYLED_DUPLICATES:
        customer = pool.take()
        row = customer.rows[0]
        customer.rows.append(row | {column: restyle(row[column])})


def draw_sample(later: bool = False) -> list[Customer]:
    """Return the customers of the sample in the order of their numbers, with dirt. The
    sample of a year later has its dirt on other customers.
    """
    customers = draw_customers(CUSTOMERS, later)
    pool = Pool.of(customers, "later dirt" if later else "dirt")
    for add_dirt in (respell, empty, spoil, lose_ids, contradict, repeat):
        add_dirt(pool)
    return customers


def shuffle_rows(customers: Iterable[Customer]) -> list[Row]:
    """Return all rows in an order that looks random and is always the same."""
    numbered = [
        (digest("order", customer.original_id, number), row)
        for customer in customers
        for number, row in enumerate(customer.rows)
    ]
    return [row for _, row in sorted(numbered, key=lambda pair: pair[0])]


def draw_orders(later: bool = False) -> list[Row]:
    """Return the clean orders of the sample's customers, with every value as text. A
    year later, these are only the orders of that year.
    """
    result = connect(CUSTOMERS, later=later).execute(
        f"select * from ({ORDERS.read_text('utf-8')}) order by order_id"
    )
    columns = [column[0] for column in result.description]
    return [
        dict(zip(columns, map(str, values), strict=True))
        for values in result.fetchall()
    ]


def spoil_orders(
    orders: Iterable[Row], counts_nowhere: Callable[[Row], bool]
) -> list[Row]:
    """Return the orders with dirt. Only orders that count nowhere become unusable."""
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

    A year later, the orders of that year are added, and those of customers who left are
    removed. All other rows stay the same.
    """
    rows = spoil_orders(
        draw_orders(), lambda row: row["ordered_on"] < FIRST_DAY_OF_THE_YEAR
    )
    if later:
        ids, later_ids = (
            {customer.original_id for customer in draw_customers(CUSTOMERS, is_later)}
            for is_later in (False, True)
        )
        rows = [row for row in rows if row["customer_id"] not in ids - later_ids]
        rows += spoil_orders(
            draw_orders(later=True), lambda row: row["status"] != "completed"
        )
    numbered = enumerate(rows)
    return [row for _, row in sorted(numbered, key=lambda one: digest("order", one[0]))]


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    """Write rows with a header, with the same bytes on every system."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_sample(
    seed_file: Path = SEED_FILE, truth_file: Path = TRUTH_FILE, later: bool = False
) -> int:
    """Write the seed and the truth about it, and return the number of customers."""
    customers = draw_sample(later)
    truth = sorted(
        (customer.truth() for customer in customers),
        key=lambda row: row["customer_id"],
    )
    write_csv(seed_file, shuffle_rows(customers))
    write_csv(truth_file, truth)
    return len(customers)


def write_orders(orders_file: Path = ORDERS_FILE, later: bool = False) -> int:
    """Write the orders and return their number."""
    rows = draw_dirty_orders(later)
    write_csv(orders_file, rows)
    return len(rows)


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line; `--rows` and `--parquet` only make sense together."""
    parser = argparse.ArgumentParser(
        description="Rewrite the sample's customers, or write any number to Parquet."
    )
    parser.add_argument("--rows", type=int, metavar="N", help="how many customers")
    parser.add_argument("--parquet", type=Path, metavar="FILE", help="where to")
    parser.add_argument(
        "--later",
        action="store_true",
        help="the same customers a year later, on 2026-12-31",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help="write the sample there and leave the seeds as they are",
    )
    options = parser.parse_args(arguments)
    if (options.rows is None) != (options.parquet is None):
        parser.error("--rows and --parquet must be given together")
    if options.rows is not None and options.rows < 1:
        parser.error(f"--rows must be at least 1, not {options.rows}")
    if options.rows is not None and options.folder is not None:
        parser.error("--folder is for the sample, not for --rows")
    return options


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the command line asks and print what was written."""
    options = parse_arguments(arguments)
    if options.parquet:
        connection = connect(options.rows, later=options.later)
        count = write_parquet(connection, options.parquet)
        print(f"{count} customers in {options.parquet}")
        return
    files = (SEED_FILE, ORDERS_FILE, TRUTH_FILE)
    if options.folder:
        files = tuple(options.folder / file.name for file in files)
    seed_file, orders_file, truth_file = files
    customers = write_sample(seed_file, truth_file, options.later)
    print(f"{customers} customers in {seed_file}")
    print(f"{write_orders(orders_file, options.later)} orders in {orders_file}")
    print(f"what is true of them in {truth_file}")


if __name__ == "__main__":
    main()
