"""Customers whose ids and notes look like formulas, and their files."""

import csv
import hashlib

import duckdb
import numpy as np
import pandas as pd
from project import Project

RUN = ("run", "--select", "+audience_files")
CUSTOMERS = 3000
SEGMENTATIONS = {
    "groups": {"features": ["x", "y"]},
    "half": {"features": ["x", "balance"], "where": "y > 3", "clusters": 2},
    "note": {"by": "note"},
}
NOTES = [
    *("=1+1", "+1+1", "-1-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1+1"),
    *("it's", 'say "hi"', "a,b", "a;b", "two\nlines", "two\r\nlines", "carriage\rback"),
    *("Zoë 北京 🙂", " blank ", "'quoted'", "\\", "NULL", "-5", "+4", "-1.5e3", "1-2"),
]
HARMFUL = set(NOTES[:8])
NAMES = {"groups-1": "=cmd|'/C calc'!A0", "groups-2": '+1, "2"; 3', "groups-3": "@x"}


def write_customers(path, order: int = 1) -> None:
    """Write customers in three groups, with ids and notes that look like formulas."""
    generator = np.random.default_rng(5)
    rows = []
    for number in range(CUSTOMERS):
        x, y = number % 3 * 4 + generator.integers(0, 5, 2) / 2
        customer = f"{'=+-@'[number % 4]}{number}" if number < 80 else f"c{number}"
        balance = (generator.integers(-1000, 1000) / 7) * (number % 5 - 2)
        note = None if number % 50 == 49 else NOTES[number % len(NOTES)]
        rows.append((customer, x, y, balance, note, f"shop {number % 7}"))
    columns = ["customer", "x", "y", "balance", "note", "shop"]
    frame = pd.DataFrame(rows[::order], columns=columns)
    with duckdb.connect() as connection:
        connection.register("customers", frame)
        connection.execute(f"copy customers to '{path}' (format parquet)")


def configuration(project: Project) -> dict:
    names = ", ".join(
        "('groups', '{}', '{}', null)".format(segment, name.replace("'", "''"))
        for segment, name in NAMES.items()
    )
    return {
        "segmentation_customers": f"read_parquet('{project.folder}/customers.parquet')",
        "segmentation_customer_id": "customer",
        "segmentation_attributes": ["shop", "note"],
        "segmentation_measures": {"balance": {}, "loss": {"expression": "-x"}},
        "segmentation_features": {"x": {}, "y": {}, "balance": {"weight": 0.1}},
        "segmentations": SEGMENTATIONS,
        "segmentation_names": f"(select * from (values {names}) as given("
        "segmentation, segment_id, name, strategy))",
        "segmentation_clusters": 3,
        "segmentation_minimum_share": 0,
        "segmentation_restarts": 2,
        "segmentation_holdout": {"share": 0.1, "name": "holdout"},
        "segmentation_export_folder": str(project.exports),
    }


def frame(project: Project, sql: str) -> pd.DataFrame:
    with duckdb.connect(str(project.database)) as connection:
        return connection.sql(sql).df()


def files(project: Project) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in project.exports.iterdir()}


def rows_of_csv(project: Project) -> list[dict]:
    with (project.exports / "audiences.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def is_held_out(customer: str, share: float, name: str) -> bool:
    digest = hashlib.md5(f"{name}:{customer}".encode()).hexdigest()
    return int(digest[:8], 16) / 2**32 < share
