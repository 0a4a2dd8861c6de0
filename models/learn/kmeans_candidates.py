"""K-means for every segmentation at every number of clusters.

SQL prepares the training vectors: for each segmentation that is due for a fit, the
distinct points of its customers (of a sample, if there are many) and the number of
customers at each point. Python returns centroids and metrics, but no customers. Rows of
earlier builds are kept, so that nothing is computed again if an earlier configuration
and its data return. The models candidate_silhouettes, candidate_stabilities and
candidate_valleys compute the slower metrics.
"""

import hashlib
import json
from typing import NamedTuple

import numpy as np
from duckdb import DuckDBPyConnection, DuckDBPyRelation

SCHEMA = {
    "segmentation": "VARCHAR",
    "clusters": "INTEGER",
    "configuration_hash": "VARCHAR",
    "data_fingerprint": "VARCHAR",
    "is_current": "BOOLEAN",
    "customers": "BIGINT",
    "training_customers": "BIGINT",
    "vectors": "BIGINT",
    "inertia": "DOUBLE",
    "simplified_silhouette": "DOUBLE",
    "davies_bouldin": "DOUBLE",
    "calinski_harabasz": "DOUBLE",
    "smallest_share": "DOUBLE",
    "centroids": ["DOUBLE[]"],
}

# Linear algebra libraries differ in the last bits, so all figures are rounded.
# Centroids can be rounded, because they are refined on all customers later.
SIGNIFICANT_DIGITS = 10
CENTROID_DECIMALS = 9


class VectorsError(ValueError):
    """There are too few vectors. dbt prints this error without a traceback."""

    __traceback__ = None


class Sample(NamedTuple):
    """The distinct points of customers, sorted, and the number of customers at each."""

    points: np.ndarray  # (n, d) coordinates in which distances are Euclidean
    customers: np.ndarray  # (n,) whole numbers as floats


def hash_vectors(vectors: np.ndarray, weights: np.ndarray, checksum: str) -> str:
    """Return a hash of (n, d) points in any order, the (n,) customers at each point,
    and a checksum of the features of all customers (the points may come from a sample).
    """
    order = np.lexsort(np.column_stack([vectors, weights]).T[::-1])
    digest = hashlib.sha256(np.ascontiguousarray(vectors[order]).tobytes())
    digest.update(np.ascontiguousarray(weights[order]).tobytes())
    digest.update(checksum.encode())
    return digest.hexdigest()[:12]


def fit(
    vectors: np.ndarray, weights: np.ndarray, clusters: int, restarts: int, seed: int
) -> np.ndarray:
    """Return the (k, d) centroids of the best of several K-means starts. Each start
    runs until no vector changes its cluster. The numbering of K-means is arbitrary, so
    the centroids are sorted by their first coordinate, then by the next, and so on.

    Args:
        vectors: (n, d) points.
        weights: (n,) customers at each point.
        clusters: k.
        restarts: number of k-means++ starts; the one with the lowest inertia wins.
        seed: seed of the starts.
    """
    from sklearn.cluster import KMeans

    model = KMeans(clusters, n_init=restarts, tol=0, random_state=seed)
    centroids = model.fit(vectors, sample_weight=weights).cluster_centers_
    return centroids[np.lexsort(centroids.T[::-1])]


def distances(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """Return the (n, k) Euclidean distances of vectors to centroids."""
    from scipy.spatial.distance import cdist

    return cdist(vectors, centroids)


def inertia(to_centroids: np.ndarray, weights: np.ndarray) -> float:
    """Return the weighted sum of squared distances to the nearest centroid."""
    return float(weights @ to_centroids.min(axis=1) ** 2)


def simplified_silhouette(to_centroids: np.ndarray, weights: np.ndarray) -> float:
    """Return the weighted mean of (b - a) / b, with the distances a to the nearest and
    b to the second-nearest centroid.

    Hruschka, de Castro and Campello (2004), "Evolutionary algorithms for clustering
    gene-expression data". This is the silhouette with distances to centroids in place
    of distances to the members of a segment.
    """
    nearest, following = np.partition(to_centroids, 1, axis=1)[:, :2].T
    margins = (following - nearest) / np.where(following > 0, following, 1)
    return float(np.average(margins, weights=weights))


def davies_bouldin(
    to_centroids: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray,
    centroids: np.ndarray,
) -> float:
    """Return the weighted Davies-Bouldin index (Davies and Bouldin, 1979): the mean
    over segments of the largest ratio of two segments' spreads to the distance of
    their centroids. Lower is better.
    """
    clusters = len(centroids)
    sizes = np.bincount(labels, weights, clusters)
    own = to_centroids[np.arange(len(labels)), labels]
    spread = np.bincount(labels, weights * own, clusters) / sizes
    separation = distances(centroids, centroids)
    np.fill_diagonal(separation, np.inf)
    return float(np.max((spread[:, None] + spread) / separation, axis=1).mean())


def calinski_harabasz(
    within: float, vectors: np.ndarray, weights: np.ndarray, clusters: int
) -> float | None:
    """Return the weighted Calinski-Harabasz index (1974): the variance between
    segments divided by the variance within them. Higher is better. None if there is no
    variance within the segments, or at most one customer per segment.

    Args:
        within: the inertia.
        vectors: (n, d) values.
        weights: (n,) customers behind each vector.
        clusters: k.
    """
    customers = weights.sum()
    center = np.average(vectors, axis=0, weights=weights)
    total = float(weights @ ((vectors - center) ** 2).sum(axis=1))
    if within == 0 or customers <= clusters:
        return None
    return (total - within) / within * (customers - clusters) / (clusters - 1)


def measure(sample: Sample, centroids: np.ndarray) -> dict:
    """Return the metrics of (k, d) centroids that follow from distances, rounded."""
    to_centroids = distances(sample.points, centroids)
    labels = to_centroids.argmin(axis=1)
    within, clusters = inertia(to_centroids, sample.customers), len(centroids)
    sizes = np.bincount(labels, sample.customers, clusters)
    figures = {
        "inertia": within,
        "simplified_silhouette": simplified_silhouette(to_centroids, sample.customers),
        "davies_bouldin": davies_bouldin(
            to_centroids, labels, sample.customers, centroids
        ),
        "calinski_harabasz": calinski_harabasz(within, *sample, clusters),
        "smallest_share": sizes.min() / sample.customers.sum(),
    }
    return {
        name: None if value is None else significant(value)
        for name, value in figures.items()
    }


def significant(value: float) -> float:
    """Return the value rounded to SIGNIFICANT_DIGITS."""
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}")


def round_centroids(centroids: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Return (k, d) centroids rounded to CENTROID_DECIMALS of a unit per coordinate.
    The unit is the next power of two above `reach`, the (d,) largest coordinates.
    """
    unit = 2.0 ** np.ceil(np.log2(np.where(reach > 0, reach, 1)))
    return (centroids / unit).round(CENTROID_DECIMALS) * unit


def fit_candidates(sample: Sample, settings: dict, customers: int) -> list[dict]:
    """Return one row per number of clusters: metrics and centroids.

    Args:
        sample: n points.
        settings: the row of int_segmentations of the segmentation.
        customers: number of all customers of the segmentation.

    Raises:
        VectorsError: fewer distinct points than the smallest number of clusters.
    """
    import sklearn.cluster  # noqa: F401  loads the threads that are limited
    from threadpoolctl import threadpool_limits

    name, vectors = settings["segmentation"], len(sample.points)
    fewest, sampled = settings["minimum_clusters"], int(sample.customers.sum())
    most = min(settings["maximum_clusters"], vectors)
    if most < fewest:
        drawn = f" ({sampled} of them, as segmentation_training says)"
        raise VectorsError(
            f"The segmentation {name} asks for {fewest} clusters or more, but its "
            f"customers{drawn if sampled < customers else ''} have only {vectors} "
            "different feature vectors, and each cluster needs one of its own. "
            "Add a feature, ask for fewer clusters, or take the groups as they are: "
            "`by` an attribute."
        )
    rows, reach = [], np.abs(sample.points).max(axis=0)
    # With several threads, the last bits would depend on how busy the machine is.
    with threadpool_limits(1):
        for clusters in range(fewest, most + 1):
            centroids = fit(*sample, clusters, settings["restarts"], settings["seed"])
            row = {
                "segmentation": name,
                "clusters": clusters,
                "customers": customers,
                "training_customers": sampled,
                "vectors": vectors,
                **measure(sample, centroids),
                "centroids": round_centroids(centroids, reach).tolist(),
            }
            figure = f"simplified silhouette {row['simplified_silhouette']:.3f}"
            print(f"{name}: k = {clusters}, {figure}", flush=True)
            rows.append(row)
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
    """Return one row per K-means segmentation and number of clusters."""
    dbt.config(materialized="table")
    training = dbt.ref("customer_segmentation", "int_training_vectors")
    segmentations = records(
        dbt.ref("customer_segmentation", "int_segmentations").filter("kind = 'kmeans'")
    )
    due = records(dbt.ref("customer_segmentation", "int_fits_due"))
    samples = records(dbt.ref("customer_segmentation", "int_training_samples"))
    current = {row["segmentation"]: row["champion_fingerprint"] for row in due}
    samples = {row["segmentation"]: row for row in samples}
    rows = earlier_rows(dbt, session)
    for settings in segmentations:
        name, configuration = settings["segmentation"], settings["configuration_hash"]
        if name not in samples:
            continue
        sample = read_sample(training, name, "choice_customers")
        current[name] = hash_vectors(*sample, samples[name]["checksum"])
        basis = {
            "segmentation": name,
            "configuration_hash": configuration,
            "data_fingerprint": current[name],
        }
        if not any(basis.items() <= row.items() for row in rows):
            found = fit_candidates(sample, settings, samples[name]["customers"])
            rows += [basis | row for row in found]
    today = {(row["segmentation"], row["configuration_hash"]) for row in segmentations}
    for row in rows:
        name = row["segmentation"]
        # `dbt build --empty` leaves `current` empty, so that no row changes.
        if name in current and (name, row["configuration_hash"]) in today:
            row["is_current"] = row["data_fingerprint"] == current[name]
    return as_relation(session, rows)
