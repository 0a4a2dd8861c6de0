"""Draw clean customers and orders; the distributions are in the SQL files."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb

SEED = 2026
NEW_CUSTOMERS_PER_HUNDRED = 8  # in the year that passes with `--later`

GENERATOR = Path(__file__).resolve().parent
STEPS = ("groups", "places", "draws", "customers", "numbered_orders", "orders")


def digest(*parts: object) -> str:
    """Return a key to sort by. It looks random, but is the same in every run."""
    text = ":".join(str(part) for part in (SEED, *parts))
    return hashlib.sha256(text.encode()).hexdigest()


def connect(
    customers: int,
    threads: int | None = None,
    later: bool = False,
    order_year: int | None = None,
) -> duckdb.DuckDBPyConnection:
    """Open DuckDB with views of this number of `customers`, as of the day of the sample
    or a year later, and of their `orders` in `order_year`, by default the year before
    that day.
    """
    connection = duckdb.connect()
    if threads:
        connection.execute(f"set threads = {threads:d}")
    newcomers = customers * NEW_CUSTOMERS_PER_HUNDRED // 100 if later else 0
    connection.execute(f"set variable seed = {SEED:d}")
    connection.execute(f"set variable customers = {customers:d}")
    connection.execute(f"set variable years_later = {int(later):d}")
    connection.execute(f"set variable newcomers = {newcomers:d}")
    order_year = order_year or 2025 + int(later)
    connection.execute(f"set variable order_year = {order_year:d}")
    for step in STEPS:
        connection.execute((GENERATOR / f"{step}.sql").read_text("utf-8"))
    return connection
