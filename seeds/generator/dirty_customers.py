"""Put errors ("dirt") as in real files into the sample's customers, and keep the truth
about each customer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from distribution import connect, digest

ACCEPTED_CUSTOMERS = 2_000
MISSING_IDS = 3

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

# Columns that are emptied together, and for how many customers. These gaps are allowed.
EMPTIED = [
    (["gender"], 4),
    (["country"], 4),
    (["city"], 4),
    (["price_sensitivity"], 14),
    (["brand_loyalty"], 14),
    (["novelty_seeking"], 14),
    (SURVEY, 18),
]

# Each line rejects one customer: the feature, its wrong value, the reason.
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

# Each line gives one customer a second row that differs in these columns. Both rows are
# rejected.
CONFLICTING_COLUMNS = [
    ["annual_income", "spending_score"],
    ["age"],
    ["country", "city", "money_spent"],
]

# Duplicates that are merged: exact ones, and rows that become equal in staging.
EXACT_DUPLICATES = 15
RESTYLED_DUPLICATES: list[tuple[str, Callable[[str], str]]] = [
    ("gender", str.upper),
    ("gender", str.lower),
    ("country", str.upper),
    ("country", " {} ".format),
    ("city", "{} ".format),
]

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
    """Return the customers of the sample in the order of their numbers, with dirt. In
    the sample of a year later, other customers have dirt.
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
