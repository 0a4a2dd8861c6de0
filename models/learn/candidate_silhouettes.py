"""The silhouette of each candidate, with its standard error: how well customers lie
within their segments. The silhouette is exact for few distinct points, else it comes
from a sample.

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
    "silhouette": "DOUBLE",
    "silhouette_standard_error": "DOUBLE",
    "silhouette_vectors": "BIGINT",
}
KEY = ("segmentation", "configuration_hash", "data_fingerprint", "clusters")

# Time and memory grow with the square of the number of vectors. Up to
# SILHOUETTE_VECTORS, the silhouette is exact. For more vectors, it comes from a sample
# that is large enough for a standard error below 0.01.
SILHOUETTE_VECTORS = 5_000
SILHOUETTE_SAMPLE = 2_500
CHUNK = 1_000
# Figures are rounded, because linear algebra libraries differ in the last bits.
SIGNIFICANT_DIGITS = 10


class Sample(NamedTuple):
    """The distinct points of customers, sorted, and the number of customers at each."""

    points: np.ndarray  # (n, d) coordinates in which distances are Euclidean
    customers: np.ndarray  # (n,) whole numbers as floats


def silhouette_values(
    vectors: np.ndarray, weights: np.ndarray, labelings: list[np.ndarray]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return, for each labeling, the (n,) silhouettes of the vectors (Rousseeuw, 1987)
    and their (n,) influences: how much one more customer at a vector would add to the
    silhouettes of all other customers.

    A vector of weight w counts as w customers at the same place. The result equals
    sklearn.metrics.silhouette_samples on repeated rows.

    Args:
        vectors: (n, d) values.
        weights: (n,) customers behind each vector.
        labelings: arrays of (n,) labels 0..k-1, each with at least two labels used.
    """
    from scipy.spatial.distance import cdist

    members = [
        np.eye(labels.max() + 1)[labels] * weights[:, None] for labels in labelings
    ]
    results = [(np.zeros(len(vectors)), np.zeros(len(vectors))) for _ in labelings]
    for start in range(0, len(vectors), CHUNK):
        rows = slice(start, start + CHUNK)
        between = cdist(vectors[rows], vectors)
        lines = np.arange(len(between))
        for result, labels, member in zip(results, labelings, members, strict=True):
            values, influences = result
            sizes, own = member.sum(axis=0), labels[rows]
            sums = between @ member
            others = np.where(sizes > 0, sums / np.where(sizes > 0, sizes, 1), np.inf)
            others[lines, own] = np.inf
            following = others.argmin(axis=1)
            size = np.maximum(sizes[own] - 1, 1)
            a, b = sums[lines, own] / size, others[lines, following]
            scale = np.maximum(a, b)
            scale[(scale == 0) | (sizes[own] <= 1)] = np.inf
            values[rows] = (b - a) / scale
            # The derivative of (b - a) / scale with respect to the two means, times the
            # change of these means when a customer is added.
            means, slopes = np.zeros_like(sums), np.zeros_like(sums)
            means[lines, own], means[lines, following] = a, b
            slopes[lines, own] = -b / scale / scale / size
            slopes[lines, following] = a / scale / scale / sizes[following]
            slopes *= weights[rows, None]
            changes = between.T @ slopes - (slopes * means).sum(axis=0)
            influences += changes[np.arange(len(labels)), labels]
    return results


def stratified_standard_error(
    values: np.ndarray,
    weights: np.ndarray,
    labels: np.ndarray,
    shares: np.ndarray,
    sampled: np.ndarray,
) -> float:
    """Return the standard error of the mean of a sample that is stratified by label:
    the root of the sum of share^2 x (1 - sampled) x variance / size (Cochran, 1977,
    "Sampling Techniques", section 5.3).

    Args:
        values: (n,) figures of the sample.
        weights: (n,) customers behind each figure.
        labels: (n,) strata 0..k-1, each of them used.
        shares: (k,) share of each stratum in the population.
        sampled: (k,) share of each stratum that is in the sample.
    """
    squares = 0.0
    for label, (share, part) in enumerate(zip(shares, sampled, strict=True)):
        mine, behind = values[labels == label], weights[labels == label]
        mean = np.average(mine, weights=behind)
        variance = np.average((mine - mean) ** 2, weights=behind)
        squares += share**2 * (1 - part) * variance / max(len(mine) - 1, 1)
    return float(np.sqrt(squares))


def draw_stratified(labels: np.ndarray, size: int, seed: int) -> np.ndarray:
    """Return the indices of a sample that keeps the share of every label. A label with
    two or more members has at least two in the sample.

    Args:
        labels: (n,) labels 0..k-1.
        size: approximate number of indices to return.
        seed: seed of the draw.
    """
    generator = np.random.default_rng(seed)
    chosen = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        share = max(2, round(size * len(members) / len(labels)))
        chosen.append(generator.permutation(members)[:share])
    return np.sort(np.concatenate(chosen))


def describe(
    sample: Sample,
    labels: np.ndarray,
    drawn: np.ndarray,
    found: tuple[np.ndarray, np.ndarray],
    seen: float,
) -> dict:
    """Return the mean silhouette and its standard error.

    Args:
        sample: n points.
        labels: (n,) labels 0..k-1.
        drawn: (m,) indices of the points that the silhouette was computed on.
        found: (m,) silhouettes and influences, from `silhouette_values`.
        seen: share of all customers that are in the sample.
    """
    values, influences = found
    weights, sizes = sample.customers, np.bincount(labels)
    # The infinitesimal jackknife (Efron, 1982): a drawn customer changes the mean by
    # its own silhouette and by its influence on the silhouettes of the others.
    error = stratified_standard_error(
        values + influences,
        weights[drawn],
        labels[drawn],
        np.bincount(labels, weights) / weights.sum(),
        seen * np.bincount(labels[drawn]) / sizes,
    )
    return {
        "silhouette": significant(np.average(values, weights=weights[drawn])),
        "silhouette_standard_error": significant(error),
        "silhouette_vectors": len(drawn),
    }


def draw_and_measure(
    sample: Sample, labelings: list[np.ndarray], seed: int
) -> list[tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]]:
    """Return, for each labeling, the (m,) indices of the measured points and the result
    of `silhouette_values` for them. Above SILHOUETTE_VECTORS points, only a sample of
    SILHOUETTE_SAMPLE is measured, stratified by label.
    """
    points, weights = sample
    if len(points) <= SILHOUETTE_VECTORS:
        every = np.arange(len(points))
        return [(every, one) for one in silhouette_values(points, weights, labelings)]
    results = []
    for labels in labelings:
        drawn = draw_stratified(labels, SILHOUETTE_SAMPLE, seed)
        (found,) = silhouette_values(points[drawn], weights[drawn], [labels[drawn]])
        results.append((drawn, found))
    return results


def measure_silhouettes(
    sample: Sample, candidates: list[dict], seed: int
) -> list[dict]:
    """Return the silhouette of each candidate, with its standard error.

    Args:
        sample: n points. If they are a sample of the customers, the standard error
            includes the error of that sample.
        candidates: rows of kmeans_candidates.
        seed: seed of the draw.
    """
    from scipy.spatial.distance import cdist
    from threadpoolctl import threadpool_limits

    # With several threads, the last bits would depend on how busy the machine is.
    with threadpool_limits(1):
        labelings = [
            cdist(sample.points, np.array(row["centroids"])).argmin(axis=1)
            for row in candidates
        ]
        results = draw_and_measure(sample, labelings, seed)
    return [
        {key: row[key] for key in KEY}
        | describe(sample, labels, *found, row["training_customers"] / row["customers"])
        for row, labels, found in zip(candidates, labelings, results, strict=True)
    ]


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
            rows += measure_silhouettes(sample, mine, seed)
    return as_relation(session, rows)
