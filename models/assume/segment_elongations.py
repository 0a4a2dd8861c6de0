"""How long each segment is, compared with its width.

SQL has summed the covariances of the features within each segment over all customers;
their eigenvalues are the variances along the axes of the segment.
"""

import json

import numpy as np
from duckdb import DuckDBPyConnection, DuckDBPyRelation

SCHEMA = {
    "segmentation": "VARCHAR",
    "segment_id": "VARCHAR",
    "customers": "BIGINT",
    "elongation": "DOUBLE",
}

SIGNIFICANT_DIGITS = 10
# What is left of a variance of 0 after rounding, as a share of the largest one.
NEGLIGIBLE = 1e-12


def elongation(covariances: np.ndarray) -> float | None:
    """Return the variance along the longest axis of a segment over the mean variance
    along its other axes: 1 for a ball. None where that has no meaning: one feature,
    or customers on a line or in a point.

    Args:
        covariances: (d, d) symmetric, of the weighted standardized features.
    """
    *others, longest = np.linalg.eigvalsh(covariances).tolist()
    width = sum(others) / len(others) if others else 0.0
    if longest <= 0 or width <= NEGLIGIBLE * longest:
        return None
    return float(f"{longest / width:.{SIGNIFICANT_DIGITS}g}")


def segments(moments: list[dict]) -> list[dict]:
    """Return one row per segment.

    Args:
        moments: rows of int_segment_moments, in any order.
    """
    sizes: dict[str, int] = {}
    for row in moments:
        name, features = row["segmentation"], row["other_position"] + 1
        sizes[name] = max(sizes.get(name, 0), features)
    matrices: dict[tuple, np.ndarray] = {}
    for row in moments:
        size = sizes[row["segmentation"]]
        key = (row["segmentation"], row["segment_id"], row["customers"])
        matrix = matrices.setdefault(key, np.zeros((size, size)))
        first, second = row["position"], row["other_position"]
        matrix[first, second] = matrix[second, first] = row["covariance"]
    return [
        dict(zip(("segmentation", "segment_id", "customers"), key, strict=True))
        | {"elongation": elongation(matrix)}
        for key, matrix in sorted(matrices.items())
    ]


def model(dbt, session: DuckDBPyConnection) -> DuckDBPyRelation:
    """Return one row per K-means segmentation and segment."""
    dbt.config(materialized="table")
    relation = dbt.ref("customer_segmentation", "int_segment_moments")
    moments = [
        dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()
    ]
    return session.sql(
        "select line.* from (select unnest(from_json("
        f"'{json.dumps(segments(moments))}', '{json.dumps([SCHEMA])}')) as line)"
    )
