"""The distribution of each standardized feature at the time of a fit: bins with equal
shares of customers for `drift`, mean and standard deviation for standard scores.
"""

import json
import math
from typing import NamedTuple

import numpy as np
from duckdb import DuckDBPyConnection, DuckDBPyRelation

SCHEMA = {
    "segmentation": "VARCHAR",
    "position": "INTEGER",
    "bin_bounds": ["DOUBLE"],
    "bin_shares": ["DOUBLE"],
    "mean": "DOUBLE",
    "deviation": "DOUBLE",
}
BINS = 10


class Sample(NamedTuple):
    """The distinct points of customers, sorted, and the number of customers at each."""

    points: np.ndarray  # (n, d) coordinates in which distances are Euclidean
    customers: np.ndarray  # (n,) whole numbers as floats


def quantile_bins(
    values: np.ndarray, weights: np.ndarray
) -> tuple[list[float], list[float]]:
    """Return the inner bounds of about BINS bins with equal shares of customers, and
    the share of each bin. A value that equals a bound belongs to the bin below it.

    The highest value is never a bound; the second highest value replaces it. Otherwise
    a feature that is at its maximum for nearly everyone would have a single bin and
    could never drift.

    Args:
        values: (n,) values of one feature.
        weights: (n,) customers behind each value.
    """
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(weights[order]) / weights.sum()
    targets = np.arange(1, BINS) / BINS
    bounds = values[order][np.searchsorted(cumulated, targets - 1e-12)]
    lower = values[values < values.max()]
    bounds = np.unique(np.minimum(bounds, lower.max())) if len(lower) else lower
    shares = np.bincount(
        np.searchsorted(bounds, values), weights, minlength=len(bounds) + 1
    )
    return bounds.tolist(), (shares / weights.sum()).tolist()


def mean_and_deviation(values: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Return mean and standard deviation of (n,) values with (n,) customers each."""
    customers = weights.sum()
    mean = math.fsum(weights * values) / customers
    return mean, math.sqrt(math.fsum(weights * (values - mean) ** 2) / customers)


def describe_features(sample: Sample, weights: list[float]) -> list[dict]:
    """Return one row per feature.

    Args:
        sample: n points, whose coordinates are multiplied by the roots of the weights.
        weights: d feature weights.
    """
    rows = []
    standardized = sample.points / np.sqrt(weights)
    for position, values in enumerate(standardized.T):
        bounds, shares = quantile_bins(values, sample.customers)
        mean, deviation = mean_and_deviation(values, sample.customers)
        rows.append(
            {
                "position": position,
                "bin_bounds": bounds,
                "bin_shares": shares,
                "mean": mean,
                "deviation": deviation,
            }
        )
    return rows


def as_relation(session: DuckDBPyConnection, rows: list[dict]) -> DuckDBPyRelation:
    """Return the rows as a relation with the types of SCHEMA, also when empty."""
    return session.sql(
        "select line.* from (select unnest(from_json("
        f"'{json.dumps(rows)}', '{json.dumps([SCHEMA])}')) as line)"
    )


def records(relation: DuckDBPyRelation) -> list[dict]:
    """Return a small relation as a list of dictionaries."""
    names = relation.columns
    return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]


def read_sample(training: DuckDBPyRelation, segmentation: str, count: str) -> Sample:
    """Return the points of a segmentation and the number of customers at each (column
    `count` of int_training_vectors). There are no points if no fit is due.
    """
    columns = (
        training.filter(f"segmentation = '{segmentation}' and {count} > 0")
        .project(f"point, {count}::double as customers")
        .order("point")
        .fetchnumpy()
    )
    points, customers = columns["point"].tolist(), np.asarray(columns["customers"])
    return Sample(np.array(points, dtype=float), customers)


def model(dbt, session: DuckDBPyConnection) -> DuckDBPyRelation:
    """Return one row per feature of each segmentation that is due for a fit."""
    dbt.config(materialized="table")
    training = dbt.ref("customer_segmentation", "int_training_vectors")
    rows = []
    for row in records(dbt.ref("customer_segmentation", "int_preparations")):
        name = row["segmentation"]
        sample = read_sample(training, name, "customers")
        if len(sample.points):
            described = describe_features(sample, row["weights"])
            rows += [{"segmentation": name} | one for one in described]
    return as_relation(session, rows)
