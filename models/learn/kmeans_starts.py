"""The centroids from which Lloyd's passes start, and the id of the resulting fit.

For each segmentation that is due for a fit, these are the centroids of the chosen
candidate. If the candidate comes from a sample, K-means first continues in a larger
sample. Rows of earlier builds are kept: equal configuration, data and preparation give
the same fit.
"""

import hashlib
import json
from typing import NamedTuple

import numpy as np
from duckdb import DuckDBPyConnection, DuckDBPyRelation

SCHEMA = {
    "fit_id": "VARCHAR",
    "segmentation": "VARCHAR",
    "configuration_hash": "VARCHAR",
    "data_fingerprint": "VARCHAR",
    "clusters": "INTEGER",
    "is_current": "BOOLEAN",
    "is_sample": "BOOLEAN",
    "inertia": "DOUBLE",
    "centroids": ["DOUBLE[]"],
    "weights": ["DOUBLE"],
    "largest_coordinates": ["DOUBLE"],
}
KEY = ("segmentation", "configuration_hash", "data_fingerprint", "clusters")
PREPARATION = (
    "feature",
    "position",
    "imputed_value",
    "lower_bound",
    "upper_bound",
    "transform",
    "center",
    "scale",
    "weight",
)
# Figures are rounded, because linear algebra libraries differ in the last bits.
CENTROID_DECIMALS = 9


class Sample(NamedTuple):
    """The distinct points of customers, sorted, and the number of customers at each."""

    points: np.ndarray  # (n, d) coordinates in which distances are Euclidean
    customers: np.ndarray  # (n,) whole numbers as floats


def fit_id(chosen: dict, preparations: list[dict]) -> str:
    """Return the id of a fit: a hash of configuration, data and preparation.

    The data fingerprint only covers standardized values. Without the preparation, the
    same customers with all ages one year higher would get the same id.

    Args:
        chosen: the row of segmentation_quality of the candidate.
        preparations: the d rows of feature_preparation.
    """
    basis = (
        *(chosen[key] for key in ("segmentation", "configuration_hash")),
        *(chosen[key] for key in ("data_fingerprint", "clusters")),
        *(row[key] for row in preparations for key in PREPARATION),
    )
    return hashlib.sha256(repr(basis).encode()).hexdigest()[:12]


def round_centroids(centroids: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Return (k, d) centroids rounded to CENTROID_DECIMALS of a unit per coordinate.
    The unit is the next power of two above `reach`, the (d,) largest coordinates.
    """
    unit = 2.0 ** np.ceil(np.log2(np.where(reach > 0, reach, 1)))
    return (centroids / unit).round(CENTROID_DECIMALS) * unit


def refit(sample: Sample, centroids: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Return the (k, d) centroids that K-means finds when it starts from given ones.

    Args:
        sample: n points.
        centroids: (k, d) centroids of the start.
        reach: (d,) largest absolute coordinates.
    """
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    # With several threads, the last bits would depend on how busy the machine is.
    with threadpool_limits(1):
        model = KMeans(len(centroids), init=centroids, n_init=1, tol=0)
        model.fit(sample.points, sample_weight=sample.customers)
    return round_centroids(model.cluster_centers_, reach)


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
    """Return one row per fit, of earlier builds and of this one."""
    dbt.config(materialized="table")
    training = dbt.ref("customer_segmentation", "int_training_vectors")
    chosen = records(
        dbt.ref("customer_segmentation", "segmentation_quality").filter("is_chosen")
    )
    candidates = records(dbt.ref("customer_segmentation", "kmeans_candidates"))
    features = records(
        dbt.ref("customer_segmentation", "feature_preparation").order("position")
    )
    bounds = records(
        dbt.ref("customer_segmentation", "int_preparations").select(
            "segmentation, weights, largest_coordinates"
        )
    )
    bounds_of = {row["segmentation"]: row for row in bounds}
    centroids_of = {key_of(row): row["centroids"] for row in candidates}
    rows = [row | {"is_current": False} for row in earlier_rows(dbt, session)]
    for candidate in chosen:
        name = candidate["segmentation"]
        sample = read_sample(training, name, "customers")
        if not len(sample.points):
            continue
        preparations = [row for row in features if row["segmentation"] == name]
        identity = fit_id(candidate, preparations)
        known = [row for row in rows if row["fit_id"] == identity]
        if not known:
            centroids = np.array(centroids_of[key_of(candidate)])
            seen, chosen_on = sample.customers.sum(), candidate["training_customers"]
            if seen > chosen_on:
                reach = np.array(bounds_of[name]["largest_coordinates"])
                centroids = refit(sample, centroids, reach)
            start = {
                "fit_id": identity,
                "is_sample": bool(seen < candidate["customers"]),
                "inertia": candidate["inertia"] * candidate["customers"] / chosen_on,
                "centroids": centroids.tolist(),
            }
            known = [{key: candidate[key] for key in KEY} | bounds_of[name] | start]
            rows += known
        known[0]["is_current"] = True
    return as_relation(session, rows)
