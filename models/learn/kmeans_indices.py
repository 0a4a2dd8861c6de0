"""The quality indices of each fit, computed from the sums per segment that the last of
Lloyd's passes measured over all customers.
"""

import json
import math

import numpy as np
from duckdb import DuckDBPyConnection, DuckDBPyRelation

SCHEMA = {
    "fit_id": "VARCHAR",
    "customers": "BIGINT",
    "inertia": "DOUBLE",
    "simplified_silhouette": "DOUBLE",
    "davies_bouldin": "DOUBLE",
    "calinski_harabasz": "DOUBLE",
}


def davies_bouldin(spreads: np.ndarray, centroids: np.ndarray) -> float | None:
    """Return the Davies-Bouldin index (1979): the mean over segments of the largest
    ratio of two segments' spreads to the distance of their centroids. None if there are
    fewer than two segments.

    Args:
        spreads: (k,) mean distance of the members of each segment to its centroid.
        centroids: (k, d) points.
    """
    if len(centroids) < 2:
        return None
    between = np.sqrt(((centroids[:, None] - centroids) ** 2).sum(axis=2))
    np.fill_diagonal(between, np.inf)
    return float(np.max((spreads[:, None] + spreads) / between, axis=1).mean())


def sum_squares(differences: np.ndarray, sizes: np.ndarray) -> float:
    """Return the sum of the squares of (k, d) differences, each row multiplied by its
    size.
    """
    return math.fsum((differences**2 * sizes[:, None]).ravel())


def calinski_harabasz(
    within: float, means: np.ndarray, sizes: np.ndarray
) -> float | None:
    """Return the Calinski-Harabasz index (1974): the variance between segments divided
    by the variance within them. None if there are fewer than two segments, no variance
    within them, or at most one customer per segment.

    Args:
        within: sum of squared distances to the means of the segments.
        means: (k, d) means of the segments.
        sizes: (k,) customers of the segments.
    """
    customers, clusters = int(sizes.sum()), len(sizes)
    if clusters < 2 or customers <= clusters or within <= 0:
        return None
    center = (means * sizes[:, None]).sum(axis=0) / customers
    between = sum_squares(means - center, sizes)
    return between / within * (customers - clusters) / (clusters - 1)


def measure_fit(segments: list[dict]) -> dict:
    """Return the indices of a fit. Segments without customers are left out.

    Args:
        segments: rows of kmeans_refinements.
    """
    used = [row for row in segments if row["customers"]]
    sizes = np.array([row["customers"] for row in used])
    spreads = np.array([row["distances"] for row in used]) / sizes
    centroids = np.array([row["centroid"] for row in used])
    means = np.array([row["mean"] for row in used])
    inertia = math.fsum(row["squared_distances"] for row in used)
    margins = math.fsum(row["margins"] for row in used)
    # By Huygens' theorem, the sum of squared distances to the means is smaller than
    # that to the centroids by the squared distance between mean and centroid.
    within = inertia - sum_squares(means - centroids, sizes)
    return {
        "customers": int(sizes.sum()),
        "inertia": inertia,
        "simplified_silhouette": margins / int(sizes.sum()),
        "davies_bouldin": davies_bouldin(spreads, centroids),
        "calinski_harabasz": calinski_harabasz(within, means, sizes),
    }


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


def model(dbt, session: DuckDBPyConnection) -> DuckDBPyRelation:
    """Return one row per fit that was refined in this database."""
    dbt.config(materialized="table")
    segments = records(
        dbt.ref("customer_segmentation", "kmeans_refinements").order("segment_index")
    )
    fits = dict.fromkeys(row["fit_id"] for row in segments)
    rows = [
        {"fit_id": fit} | measure_fit([row for row in segments if row["fit_id"] == fit])
        for fit in fits
    ]
    return as_relation(session, rows)
