"""The smallest valley of each candidate: whether there is a valley, a range with few
customers, between every two of its segments.

Rows of earlier builds are kept as long as kmeans_candidates keeps their candidates.
"""

import json
from typing import NamedTuple

import numpy as np
from duckdb import DuckDBPyConnection, DuckDBPyRelation

SCHEMA = {
    "segmentation": "VARCHAR",
    "configuration_hash": "VARCHAR",
    "data_fingerprint": "VARCHAR",
    "clusters": "INTEGER",
    "smallest_valley": "DOUBLE",
}
KEY = ("segmentation", "configuration_hash", "data_fingerprint", "clusters")

# The dip test uses at most this many customers. With more, it would find valleys in
# small ripples.
VALLEY_CUSTOMERS = 2_000
# Without a valley, the dip of n customers exceeds CRITICAL_DIP / sqrt(n) in 5 % of all
# cases if n is large, and in fewer cases if n is small.
CRITICAL_DIP = 0.55
# Figures are rounded, because linear algebra libraries differ in the last bits.
SIGNIFICANT_DIGITS = 10


class Sample(NamedTuple):
    """The distinct points of customers, sorted, and the number of customers at each."""

    points: np.ndarray  # (n, d) coordinates in which distances are Euclidean
    customers: np.ndarray  # (n,) whole numbers as floats


def spread_out(
    vectors: np.ndarray, weights: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return one row per customer, at a random place in the cell around the customer's
    values. A cell reaches half way to the next lower and to the next higher value.
    Without random places, there would be a valley between any two whole numbers.

    Columns of one or two values, such as those of a category, become 0. No customer can
    be between two categories, so a valley between these is no evidence of groups.

    Args:
        vectors: (n, d) distinct values.
        weights: (n,) customers behind each vector.
        seed: seed of the places and of the draw of at most VALLEY_CUSTOMERS customers.

    Returns:
        (m, d) places, and the (m,) rows of `vectors` that they belong to.
    """
    generator = np.random.default_rng(seed)
    reached = np.cumsum(weights)
    size = min(int(reached[-1]), VALLEY_CUSTOMERS)
    customers = generator.choice(int(reached[-1]), size, replace=False)
    rows = np.searchsorted(reached, customers, side="right")
    places = np.zeros((len(rows), vectors.shape[1]))
    for column, values in enumerate(vectors.T):
        levels, level = np.unique(values, return_inverse=True)
        if len(levels) <= 2:
            continue
        halves = np.diff(levels, append=levels[-1], prepend=levels[0]) / 2
        halves[0], halves[-1] = halves[1], halves[-2]  # the outermost are symmetric
        lowest, highest = levels - halves[:-1], levels + halves[1:]
        mine = level[rows]
        widths = (highest - lowest)[mine]
        places[:, column] = lowest[mine] + widths * generator.random(len(rows))
    return places, rows


def dip(values: np.ndarray) -> float:
    """Return the dip: the largest difference between the cumulative distribution of the
    values and that of the nearest distribution with one mode.

    Source: Hartigan and Hartigan (1985), "The dip test of unimodality", and algorithm
    AS 217 of Hartigan (1985). The algorithm narrows down the interval of the mode with
    the greatest convex minorant and the least concave majorant of the shares.

    Args:
        values: (n,) numbers, at least one.
    """
    from scipy.optimize import isotonic_regression

    def hull(heights: np.ndarray, *, convex: bool) -> np.ndarray:
        slopes = np.diff(heights) / widths
        slopes = isotonic_regression(slopes, weights=widths, increasing=convex).x
        return heights[0] + np.append(0, np.cumsum(slopes * widths))

    levels, counts = np.unique(values, return_counts=True)
    reached = np.cumsum(counts) / len(values)
    below = reached - counts / len(values)
    largest, tolerance = 1 / len(values), 1e-12
    while len(levels) > 1:
        widths = np.diff(levels)
        minorant, majorant = hull(below, convex=True), hull(reached, convex=False)
        between = majorant - minorant
        low = np.flatnonzero(below - minorant <= tolerance)
        high = np.flatnonzero(majorant - reached <= tolerance)
        left, right = low[between[low].argmax()], high[between[high].argmax()]
        apart = max(between[left], between[right])
        if between[left] >= between[right]:
            right = high[np.searchsorted(high, left)]
        else:
            left = low[np.searchsorted(low, right, side="right") - 1]
        if apart <= largest + tolerance:
            break
        outside = [(reached - minorant)[: left + 1], (majorant - below)[right:]]
        largest = max(largest, *(part.max() for part in outside))
        if right - left == len(levels) - 1:
            break
        mode = slice(left, right + 1)
        levels, below, reached = levels[mode], below[mode], reached[mode]
    return float(largest / 2)


def smallest_valley(
    places: np.ndarray, rows: np.ndarray, labels: np.ndarray, centroids: np.ndarray
) -> float:
    """Return the smallest valley over all pairs of segments. The valley of a pair is
    the dip of its customers along the line through the two centroids, divided by the
    critical dip at a level of 5 %. At 1 or more, every pair has a valley.

    Two halves of one group have no valley between them if the group has one mode. Two
    groups have a valley between them even if they overlap a little. Tantrum, Murua and
    Stuetzle (2003), "Assessment and pruning of hierarchical model based clustering",
    join groups by this test. Because all pairs have to pass, the level needs no
    correction for the number of pairs (Berger, 1982). Customers with the same values
    may be copies of one customer, so the effective number of vectors (Kish, 1965)
    replaces the number of customers.

    Args:
        places: (m, d) places of customers, from `spread_out`.
        rows: (m,) the vector of each customer.
        labels: (n,) the segments of the vectors, 0..k-1.
        centroids: (k, d).
    """
    segments = labels[rows]
    smallest = np.inf
    for second in range(len(centroids)):
        for first in range(second):
            pair = (segments == first) | (segments == second)
            if not pair.any():
                return 0.0
            along = places[pair] @ (centroids[second] - centroids[first])
            alike = np.bincount(rows[pair])
            needed = CRITICAL_DIP * np.sqrt((alike**2).sum()) / alike.sum()
            smallest = min(smallest, dip(along) / needed)
    return float(smallest)


def average_sample(sample: Sample, centroids: np.ndarray) -> np.ndarray:
    """Return (k, d) means of the nearest points; a centroid without points stays."""
    from scipy.spatial.distance import cdist

    (points, weights), clusters = sample, len(centroids)
    nearest = cdist(points, centroids, "sqeuclidean").argmin(axis=1)
    sizes = np.bincount(nearest, weights, clusters)
    sums = [np.bincount(nearest, weights * column, clusters) for column in points.T]
    means = np.column_stack(sums) / np.where(sizes > 0, sizes, 1)[:, None]
    return np.where(sizes[:, None] > 0, means, centroids)


def measure_valleys(sample: Sample, candidates: list[dict], seed: int) -> list[dict]:
    """Return the smallest valley of each candidate.

    Args:
        sample: n points.
        candidates: rows of kmeans_candidates.
        seed: seed of the draw of customers and of their places.
    """
    from scipy.spatial.distance import cdist
    from threadpoolctl import threadpool_limits

    rows = []
    places, vector_of = spread_out(*sample, seed)
    # With several threads, the last bits would depend on how busy the machine is.
    with threadpool_limits(1):
        for row in candidates:
            rounded = np.array(row["centroids"])
            labels = cdist(sample.points, rounded).argmin(axis=1)
            centroids = average_sample(sample, rounded)
            valley = smallest_valley(places, vector_of, labels, centroids)
            figures = {"smallest_valley": significant(valley)}
            rows.append({key: row[key] for key in KEY} | figures)
    return rows


def significant(value: float) -> float:
    """Return the value rounded to SIGNIFICANT_DIGITS."""
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}")


def key_of(row: dict) -> tuple:
    """Return the values that identify a candidate."""
    return tuple(row[name] for name in KEY)


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


def earlier_rows(dbt, session: DuckDBPyConnection) -> list[dict]:
    """Return the rows that the previous build wrote for this model."""
    this = (dbt.this.database, dbt.this.schema, dbt.this.identifier)
    names = "(table_catalog, table_schema, table_name)"
    found = session.sql("from information_schema.tables").filter(f"{names} = {this}")
    earlier = f"select * from {dbt.this}"
    return records(session.sql(earlier)) if found.fetchall() else []


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
    """Return one row per candidate, of earlier builds and of this one."""
    dbt.config(materialized="table")
    training = dbt.ref("customer_segmentation", "int_training_vectors")
    candidates = records(dbt.ref("customer_segmentation", "kmeans_candidates"))
    segmentations = records(
        dbt.ref("customer_segmentation", "int_segmentations").filter("kind = 'kmeans'")
    )
    keys = {key_of(row) for row in candidates}
    rows = [row for row in earlier_rows(dbt, session) if key_of(row) in keys]
    known = {key_of(row) for row in rows}
    for settings in segmentations:
        name, seed = settings["segmentation"], settings["seed"]
        mine = [
            row
            for row in candidates
            if row["segmentation"] == name
            and row["is_current"]
            and key_of(row) not in known
        ]
        sample = read_sample(training, name, "choice_customers") if mine else None
        if sample and len(sample.points):
            rows += measure_valleys(sample, mine, seed)
    return as_relation(session, rows)
