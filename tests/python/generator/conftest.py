"""The files of the sample and of the later sample, and tables with many customers."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import generate
import pytest
from distribution import connect
from sample_files import COMMITTED, MANY, different, faults, read


@pytest.fixture(scope="session")
def later_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("later") / "made"
    generate.main(["--later", "--folder", str(folder)])
    return folder


@pytest.fixture(scope="session", params=[2025, 2026])
def year(request):
    """The last year of the sample, or of the later sample."""
    return request.param


@pytest.fixture(scope="session")
def files(year, later_folder):
    """The rows of the three files of the sample."""
    if year == 2025:
        return {name: read(path) for name, path in COMMITTED.items()}
    return {name: read(later_folder / name) for name in COMMITTED}


@pytest.fixture(scope="session")
def rows(files):
    return files["customers.csv"]


@pytest.fixture(scope="session")
def orders(files):
    return files["orders.csv"]


@pytest.fixture(scope="session")
def truth(files):
    return files["customers_truth.csv"]


@pytest.fixture(scope="session")
def completed(orders, rows):
    """Return day, items and amount of usable completed orders by customer."""
    customers = {row["customer_id"] for row in rows} - {""}
    by_customer = defaultdict(list)
    for row in different(orders):
        if row["status"].strip().lower() == "completed" and not any(
            faults(row, customers)
        ):
            by_customer[row["customer_id"]].append(
                (
                    date.fromisoformat(row["ordered_on"]),
                    int(row["items"]),
                    Decimal(row["amount"]),
                )
            )
    return by_customer


@pytest.fixture(scope="session")
def many():
    connection = connect(MANY)
    connection.execute("create table many as select * from customers")
    return connection


@pytest.fixture(scope="session")
def years(many):
    """The tables `many` and `later` of the same customers, a year apart, and `kept` of
    the customers in both tables, with later values in columns such as later_age.
    """
    frame = connect(MANY, later=True).sql("select * from customers").df()
    many.register("frame", frame)
    many.execute(
        "create table later as "
        "select * replace (signup_date::date as signup_date) from frame"
    )
    many.execute(
        """
        create table kept as
        select many.*, columns(later.*) as 'later_\\0'
        from many
        inner join later
            on many.customer_id = later.customer_id
        """
    )
    return many
