"""Make the sample's customers.

`python seeds/generator/generate.py` rewrites the seeds: customers and their orders,
with errors ("dirt") as in real files. It also writes the truth about each customer: the
groups it was drawn from, and whether and why it must be rejected.
`--rows 10000000 --parquet FILE` writes 10,000,000 customers without dirt.

The sample is as of 2025-12-31. `--later` writes it as of 2026-12-31: customers are a
year older and have the figures and orders of that year, some have left, and some are
new. `--folder DIR` writes to that folder and leaves the seeds as they are.

The SQL files have the distributions; dirty_customers.py and dirty_orders.py add the
dirt. Every run writes the same files, byte for byte.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path

import duckdb
from dirty_customers import GROUPS, Row, draw_sample, shuffle_rows
from dirty_orders import draw_dirty_orders
from distribution import GENERATOR, connect

ROOT = GENERATOR.parents[1]
SEED_FILE = ROOT / "seeds" / "customers.csv"
ORDERS_FILE = ROOT / "seeds" / "orders.csv"
TRUTH_FILE = ROOT / "tests" / "fixtures" / "customers_truth.csv"


def write_parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Write the customers, clean, typed and without groups, and return their number."""
    quoted_path = str(path).replace("'", "''")
    (count,) = connection.execute(
        f"copy (select * exclude ({', '.join(GROUPS)}) from customers) "
        f"to '{quoted_path}' (format parquet)"
    ).fetchone()
    return count


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    """Write rows with a header, with the same bytes on every system.

    The header is quoted, because DuckDB only looks for quotes in the first 20,480 rows.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        header = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        header.writerow(rows[0])
        csv.DictWriter(file, list(rows[0]), lineterminator="\n").writerows(rows)


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
    """Write the files that the command line asks for, and print what was written."""
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
