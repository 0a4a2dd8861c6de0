"""K-means for every segmentation at every number of clusters.

SQL has prepared the training vectors: the distinct points of the customers of each
segmentation that is due for a fit, or of a sample of them where there are many, with
the number of customers at each. Python returns centroids and metrics, never customers.
Rows of earlier builds are kept: what was computed once is not computed again when
configuration and data come back. What else is asked of a candidate is answered by
candidate_silhouettes, candidate_stabilities and candidate_valleys.
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

# Linear algebra libraries do not promise the last bits. Rounding them away gives the
# same figures everywhere; the centroids are refined on all customers later anyway.
SIGNIFICANT_DIGITS = 10
CENTROID_DECIMALS = 9


class Sample(NamedTuple):
    """Distinct points of customers, in order, and how many customers are at each."""

    points: np.ndarray  # (n, d) coordinates in which distances are Euclidean
    customers: np.ndarray  # (n,) whole numbers as floats


def hash_vectors(vectors: np.ndarray, weights: np.ndarray, checksum: str) -> str:
    """Hash (n, d) points in any order, the (n,) customers at each, and the checksum of
    all customers' features, which the points may be a sample of.
    """
    order = np.lexsort(np.column_stack([vectors, weights]).T[::-1])
    digest = hashlib.sha256(np.ascontiguousarray(vectors[order]).tobytes())
    digest.update(np.ascontiguousarray(weights[order]).tobytes())
    digest.update(checksum.encode())
    return digest.hexdigest()[:12]


def fit(
    vectors: np.ndarray, weights: np.ndarray, clusters: int, restarts: int, seed: int
) -> np.ndarray:
    """Return the (k, d) centroids of the best of several K-means starts, each of which
    goes on until no vector changes its cluster, in order of their first coordinate,
    then of the next, and so on: the numbering of K-means is arbitrary.

    Args:
        vectors: (n, d) points.
        weights: (n,) customers at each.
        clusters: k.
        restarts: k-means++ starts, of which the lowest inertia wins.
        seed: of the starts.
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
    """Return the weighted mean of (b - a) / b, with a and b the distances to the
    nearest and to the next centroid.

    Hruschka, de Castro and Campello (2004), "Evolutionary algorithms for clustering
    gene-expression data": the silhouette with centroids in place of members.
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
    over segments of the worst ratio of spreads to separation. Lower is better.
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
    segments over the variance within them. Higher is better; None if there is none.

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
    """Return the figures of (k, d) centroids that distances to them tell."""
    to_centroids = distances(sample.points, centroids)
    labels = to_centroids.argmin(axis=1)
    within, clusters = inertia(to_centroids, sample.customers), len(centroids)
    sizes = np.bincount(labels, sample.customers, clusters)
    return {
        "inertia": within,
        "simplified_silhouette": simplified_silhouette(to_centroids, sample.customers),
        "davies_bouldin": davies_bouldin(
            to_centroids, labels, sample.customers, centroids
        ),
        "calinski_harabasz": calinski_harabasz(within, *sample, clusters),
        "smallest_share": float(sizes.min() / sample.customers.sum()),
    }


def round_figures(row: dict) -> dict:
    """Return the row with its figures rounded to SIGNIFICANT_DIGITS."""
    return {
        key: float(f"{value:.{SIGNIFICANT_DIGITS}g}")
        if isinstance(value, float)
        else value
        for key, value in row.items()
    }


def round_centroids(centroids: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Return (k, d) centroids with CENTROID_DECIMALS of a unit per coordinate: a power
    of two that no coordinate exceeds, of which reach says the (d,) largest.
    """
    unit = 2.0 ** np.ceil(np.log2(np.where(reach > 0, reach, 1)))
    return (centroids / unit).round(CENTROID_DECIMALS) * unit


def fit_candidates(sample: Sample, settings: dict, customers: int) -> list[dict]:
    """Return one row per number of clusters: metrics and centroids.

    Args:
        sample: of the customers, to choose the number on.
        settings: the segmentation's row of int_segmentations.
        customers: how many there are in all.

    Raises:
        ValueError: there are too few distinct points for the clusters asked for.
    """
    import sklearn.cluster  # noqa: F401  only thread pools that are loaded are limited
    from threadpoolctl import threadpool_limits

    name, vectors = settings["segmentation"], len(sample.points)
    fewest, sampled = settings["minimum_clusters"], int(sample.customers.sum())
    most = min(settings["maximum_clusters"], vectors)
    if most < fewest:
        drawn = f" ({sampled} of them, as segmentation_training says)"
        raise ValueError(
            f"The segmentation {name} asks for {fewest} clusters or more, but its "
            f"customers{drawn if sampled < customers else ''} have only {vectors} "
            "different feature vectors, and each cluster needs one of its own. "
            "Add a feature, ask for fewer clusters, or take the groups as they are: "
            "`by` an attribute."
        )
    rows, reach = [], np.abs(sample.points).max(axis=0)
    # One thread: with more, the last bits depend on how busy the machine is.
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
            print(
                f"{name}: k = {clusters}, simplified silhouette "
                f"{row['simplified_silhouette']:.3f}",
                flush=True,
            )
            rows.append(round_figures(row))
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
    """Return the rows that this model has in the database, of the build before."""
    this = (dbt.this.database, dbt.this.schema, dbt.this.identifier)
    tables = session.sql("from information_schema.tables").filter(
        f"(table_catalog, table_schema, table_name) = {this}"
    )
    return (
        records(session.sql(f"select * from {dbt.this}")) if tables.fetchall() else []
    )


def read_sample(training: DuckDBPyRelation, segmentation: str, count: str) -> Sample:
    """Return the points of a segmentation that have customers by one of the counts of
    int_training_vectors; none if it is not due.
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
        # `dbt build --empty` decides nothing
        if name in current and (name, row["configuration_hash"]) in today:
            row["is_current"] = row["data_fingerprint"] == current[name]
    return as_relation(session, rows)
