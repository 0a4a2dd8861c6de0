"""The stability of each candidate, as a whole and by segment: whether K-means finds the
same segments again when the customers are resampled.

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
    "stability": "DOUBLE",
    "segment_stability": ["DOUBLE"],
}
KEY = ("segmentation", "configuration_hash", "data_fingerprint", "clusters")

# Enough resamples for a standard error of the stability below 0.02.
BOOTSTRAPS = 20
BOOTSTRAP_RESTARTS = 3
# Larger resamples differ too little from one another to show the role of chance.
BOOTSTRAP_CUSTOMERS = 5_000
# K-means on a resample may stop early, because its labels are only compared. The
# tolerance is a share of the variance of the features.
TOLERANCE = 1e-4
# Figures are rounded, because linear algebra libraries differ in the last bits.
SIGNIFICANT_DIGITS = 10


class Sample(NamedTuple):
    """The distinct points of customers, sorted, and the number of customers at each."""

    points: np.ndarray  # (n, d) coordinates in which distances are Euclidean
    customers: np.ndarray  # (n,) whole numbers as floats


def fit_nearly(
    vectors: np.ndarray, weights: np.ndarray, clusters: int, seed: int
) -> np.ndarray:
    """Return the (k, d) centroids of the best of several K-means starts. Each start
    runs until the centroids hardly move.

    Args:
        vectors: (n, d) points.
        weights: (n,) customers at each point.
        clusters: k.
        seed: seed of the starts.
    """
    from sklearn.cluster import KMeans

    model = KMeans(
        clusters, n_init=BOOTSTRAP_RESTARTS, tol=TOLERANCE, random_state=seed
    )
    return model.fit(vectors, sample_weight=weights).cluster_centers_


def adjusted_rand(labels: np.ndarray, others: np.ndarray, weights: np.ndarray) -> float:
    """Return the adjusted Rand index (Hubert and Arabie, 1985) of two labelings. A row
    of weight w counts as w rows.

    Args:
        labels: (n,) labels 0..k-1.
        others: (n,) labels 0..l-1.
        weights: (n,) whole numbers.
    """

    def pairs(counts: np.ndarray) -> float:
        return float((counts * (counts - 1)).sum() / 2)

    width = others.max() + 1
    table = np.bincount(labels * width + others, weights)
    together = pairs(table)
    first, second = (
        pairs(np.bincount(labels, weights)),
        pairs(np.bincount(others, weights)),
    )
    expected = first * second / max(pairs(weights.sum(keepdims=True)), 1)
    maximum = (first + second) / 2
    return 1.0 if maximum == expected else (together - expected) / (maximum - expected)


def best_jaccard(
    labels: np.ndarray, others: np.ndarray, weights: np.ndarray, clusters: int
) -> np.ndarray:
    """Return, for each of the k segments of one labeling, the Jaccard similarity to the
    most similar segment of another labeling: the number of customers in both segments
    divided by the number of customers in at least one of them.

    Args:
        labels: (n,) labels 0..k-1, each of them used.
        others: (n,) labels 0..l-1.
        weights: (n,) customers behind each row.
        clusters: k.
    """
    width = others.max() + 1
    both = np.bincount(labels * width + others, weights, clusters * width)
    both = both.reshape(clusters, width)
    either = both.sum(axis=1, keepdims=True) + both.sum(axis=0) - both
    return (both / either).max(axis=1)


def stability(
    vectors: np.ndarray,
    weights: np.ndarray,
    labels: np.ndarray,
    clusters: int,
    seed: int,
) -> tuple[float, np.ndarray]:
    """Return how well K-means on resampled customers reproduces the labels: the mean
    over bootstraps of the adjusted Rand index, and of the best Jaccard similarity of
    each segment.

    The method is that of Hennig (2007), "Cluster-wise assessment of cluster stability",
    except that all customers are compared: those who were not drawn are assigned to
    the nearest centroid.

    Args:
        vectors: (n, d) values.
        weights: (n,) customers behind each vector.
        labels: (n,) labels to be reproduced, each of 0..k-1 used.
        clusters: k.
        seed: seed of the resamples.

    Returns:
        One figure for the whole labeling and (k,) figures, one per segment. All are 0
        if no resample has as many different vectors as clusters.
    """
    from scipy.spatial.distance import cdist

    generator = np.random.default_rng(seed)
    shares = weights / weights.sum()
    customers = min(int(weights.sum()), BOOTSTRAP_CUSTOMERS)
    scores, similarities = [], []
    for bootstrap in range(BOOTSTRAPS):
        resampled = generator.multinomial(customers, shares).astype(float)
        drawn = resampled > 0
        if drawn.sum() < clusters:
            continue
        centroids = fit_nearly(vectors[drawn], resampled[drawn], clusters, bootstrap)
        found = cdist(vectors, centroids).argmin(axis=1)
        scores.append(adjusted_rand(labels, found, weights))
        similarities.append(best_jaccard(labels, found, weights, clusters))
    if not scores:
        return 0.0, np.zeros(clusters)
    return float(np.mean(scores)), np.mean(similarities, axis=0)


def measure_stabilities(
    sample: Sample, candidates: list[dict], seed: int
) -> list[dict]:
    """Return the stability of each candidate and of its segments.

    Args:
        sample: n points.
        candidates: rows of kmeans_candidates.
        seed: seed of the resamples.
    """
    import sklearn.cluster  # noqa: F401  loads the threads that are limited
    from scipy.spatial.distance import cdist
    from threadpoolctl import threadpool_limits

    rows = []
    # With several threads, the last bits would depend on how busy the machine is.
    with threadpool_limits(1):
        for row in candidates:
            labels = cdist(sample.points, np.array(row["centroids"])).argmin(axis=1)
            whole, parts = stability(*sample, labels, row["clusters"], seed)
            figures = {
                "stability": significant(whole),
                "segment_stability": [significant(part) for part in parts],
            }
            print(
                f"{row['segmentation']}: k = {row['clusters']}, stability {whole:.2f}",
                flush=True,
            )
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
            rows += measure_stabilities(sample, mine, seed)
    return as_relation(session, rows)
