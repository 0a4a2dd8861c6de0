"""Compare each fit with tables without groups, to see whether there are groups at all.

K-means divides any data into clusters, even noise. Therefore K-means with the
champion's number of clusters is run on a sample of the customers and on reference
tables of the same shape without groups, and the simplified silhouettes are compared.
This is the idea of the gap statistic (Tibshirani, Walther and Hastie, 2001) and of
SigClust (Liu et al., 2008).

A reference table keeps the distribution and the rounding of each feature
(int_reference_features) and the correlations of the features. It has no groups: valleys
within a feature are filled, and features depend on each other only through a Gaussian
copula. Permuted columns would lose the correlations.
"""

import json
from collections.abc import Iterator

import numpy as np
from duckdb import DuckDBPyConnection, DuckDBPyRelation

SCHEMA = {
    "fit_id": "VARCHAR",
    "segmentation": "VARCHAR",
    "clusters": "INTEGER",
    "customers": "BIGINT",
    "reference_tables": "INTEGER",
    "simplified_silhouette": "DOUBLE",
    "reference_silhouette": "DOUBLE",
    "highest_reference_silhouette": "DOUBLE",
    "reference_stability": "DOUBLE",
}

# If there are no groups, the customers have a higher silhouette than all 39 tables with
# a probability of 1 in 40.
REFERENCES = 39
STABILITY_REFERENCES = 10
RESTARTS = 5
SEED = 1
COPULA_ROWS = 10_000
COPULA_STEPS = 2
SIGNIFICANT_DIGITS = 10

FORWARD = {"log": np.log1p, "sqrt": np.sqrt, "none": np.asarray}
BACKWARD = {"log": np.expm1, "sqrt": np.square, "none": np.asarray}


def at_shares(shares: np.ndarray, row: dict) -> np.ndarray:
    """Return the standardized values of a feature at cumulative shares of the
    customers, in the feature's distribution without valleys.

    Args:
        shares: (n,) cumulative shares in 0..1.
        row: row of int_reference_features, with the preparation of the feature.
    """
    values = np.array(row["reference_values"])
    if not row["shares"]:
        return values[(shares * len(values)).astype(int).clip(max=len(values) - 1)]
    drawn = np.interp(shares, row["shares"], values)
    if row["grid_step"]:
        own = BACKWARD[row["transform"]](drawn)
        steps = ((own - row["grid_origin"]) / row["grid_step"]).round()
        own = row["grid_origin"] + steps * row["grid_step"]
        drawn = FORWARD[row["transform"]](own.clip(row["lowest"], row["highest"]))
    return (drawn - row["center"]) / row["scale"]


def correlations(columns: np.ndarray) -> np.ndarray:
    """Return the (d, d) correlations of the columns; 0 if a column does not vary."""
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.nan_to_num(np.atleast_2d(np.corrcoef(columns.T)))
    np.fill_diagonal(found, 1)
    return found


def normal_rows(
    found: np.ndarray, rows: int, generator: np.random.Generator
) -> np.ndarray:
    """Return (rows, d) normal values with about the given (d, d) correlations."""
    values, vectors = np.linalg.eigh(found)
    root = vectors * np.sqrt(values.clip(0))
    root /= np.sqrt((root**2).sum(axis=1, keepdims=True))
    return generator.normal(size=(rows, len(found))) @ root.T


def reference_tables(
    vectors: np.ndarray, preparations: list[dict], generator: np.random.Generator
) -> Iterator[np.ndarray]:
    """Yield an endless sequence of tables without groups, each as large as the vectors.

    Rounding changes the correlations of a table. The correlations of the copula are
    therefore corrected until the tables have about the correlations of the data. The
    columns of a categorical feature are permuted together.

    Args:
        vectors: (n, d) standardized values.
        preparations: preparations of the d features; see `structure`.
        generator: generator of the random draws.
    """
    from scipy.special import ndtr

    is_number = np.array([row["scale_method"] != "categories" for row in preparations])
    numbers = np.flatnonzero(is_number)
    blocks = [row["block"] for row in preparations]
    features = [preparations[i] for i in numbers]

    def drawn(found: np.ndarray, rows: int, draws: np.random.Generator) -> np.ndarray:
        shares = ndtr(normal_rows(found, rows, draws))
        return np.column_stack(
            [at_shares(*both) for both in zip(shares.T, features, strict=True)]
        )

    if len(numbers):
        wanted = found = correlations(vectors[:, numbers])
        for _ in range(COPULA_STEPS if len(numbers) > 1 else 0):
            table = drawn(found, COPULA_ROWS, np.random.default_rng(SEED))
            found = (found + wanted - correlations(table)).clip(-0.999, 0.999)
            np.fill_diagonal(found, 1)
    while True:
        table = np.empty_like(vectors)
        if len(numbers):
            table[:, numbers] = drawn(found, len(vectors), generator)
        for block in dict.fromkeys(np.array(blocks)[~is_number].tolist()):
            columns = np.flatnonzero([name == block for name in blocks])
            order = generator.permutation(len(vectors))
            table[:, columns] = vectors[np.ix_(order, columns)]
        yield table


def fit(vectors: np.ndarray, clusters: int) -> np.ndarray | None:
    """Return the (k, d) centroids of K-means; None if there are only k different
    vectors or fewer.
    """
    from sklearn.cluster import KMeans

    if len(np.unique(vectors, axis=0)) <= clusters:
        return None
    model = KMeans(clusters, n_init=RESTARTS, tol=0, random_state=SEED)
    return model.fit(vectors).cluster_centers_


def simplified_silhouette(vectors: np.ndarray, centroids: np.ndarray | None) -> float:
    """Return the mean of (b - a) / b, with a and b the distances to the nearest and to
    the next centroid; 1 if every vector has a centroid of its own.
    """
    from scipy.spatial.distance import cdist

    if centroids is None:
        return 1.0
    nearest, following = np.partition(cdist(vectors, centroids), 1, axis=1)[:, :2].T
    return float(np.mean((following - nearest) / following))


def resampled_rand(
    vectors: np.ndarray, centroids: np.ndarray | None, generator: np.random.Generator
) -> float:
    """Return the adjusted Rand index between the segments and those of a resample."""
    from scipy.spatial.distance import cdist
    from sklearn.metrics import adjusted_rand_score

    again = vectors[generator.integers(0, len(vectors), len(vectors))]
    others = None if centroids is None else fit(again, len(centroids))
    if others is None:
        return 1.0
    labels = (cdist(vectors, each).argmin(axis=1) for each in (centroids, others))
    return float(adjusted_rand_score(*labels))


def structure(vectors: np.ndarray, preparations: list[dict], clusters: int) -> dict:
    """Return the silhouette of the customers, and the figures of tables without groups.

    Args:
        vectors: (n, d) standardized values.
        preparations: the d rows of segmentation_fit_features, with `block`,
            `scale_method` and the columns of int_reference_features.
        clusters: k.
    """
    import sklearn.cluster  # noqa: F401  only pools that are loaded can be limited
    from threadpoolctl import threadpool_limits

    root = np.sqrt([row["weight"] for row in preparations])
    generator = np.random.default_rng(SEED)
    silhouettes, stabilities = [], []
    with threadpool_limits(1):
        own = simplified_silhouette(vectors * root, fit(vectors * root, clusters))
        tables = reference_tables(vectors, preparations, generator)
        for number, table in zip(range(REFERENCES), tables, strict=False):
            centroids = fit(table * root, clusters)
            silhouettes.append(simplified_silhouette(table * root, centroids))
            if number < STABILITY_REFERENCES:
                stabilities.append(resampled_rand(table * root, centroids, generator))
    figures = {
        "simplified_silhouette": own,
        "reference_silhouette": np.mean(silhouettes),
        "highest_reference_silhouette": np.max(silhouettes),
        "reference_stability": np.mean(stabilities),
    }
    return {"customers": len(vectors), "reference_tables": REFERENCES} | {
        key: significant(value) for key, value in figures.items()
    }


def significant(value: float) -> float:
    """Return the value rounded to SIGNIFICANT_DIGITS."""
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}")


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


def model(dbt, session: DuckDBPyConnection) -> DuckDBPyRelation:
    """Return one row per fit: the rows of earlier builds, and one per new champion."""
    dbt.config(materialized="table")
    fits = records(
        dbt.ref("customer_segmentation", "segmentation_fits").filter("is_champion")
    )
    features = records(
        dbt.ref("customer_segmentation", "int_segmentation_features")
        .select("segmentation, feature, block, scale_method")
        .join(
            dbt.ref("customer_segmentation", "segmentation_fit_features")
            .filter("is_champion")
            .select(
                "segmentation, fit_id, feature, position, transform, center, scale, "
                "weight"
            ),
            "segmentation, feature",
        )
        .join(
            dbt.ref("customer_segmentation", "int_reference_features").select(
                "segmentation, fit_id, feature, shares, reference_values, grid_step, "
                "grid_origin, lowest, highest"
            ),
            "segmentation, fit_id, feature",
            how="left",
        )
        .order("position")
    )
    sample = dbt.ref("customer_segmentation", "int_structure_sample")
    rows = earlier_rows(dbt, session)
    known = {row["fit_id"] for row in rows}
    for champion in fits:
        name = champion["segmentation"]
        mine = [row for row in features if row["segmentation"] == name]
        if champion["fit_id"] in known or not mine:
            continue
        drawn = sample.filter(f"segmentation = '{name}'").order("point")
        points = np.array(drawn.fetchnumpy()["point"].tolist(), dtype=float)
        if not len(points):
            continue
        vectors = points / np.sqrt([row["weight"] for row in mine])
        print(f"{name}: comparing with tables without groups", flush=True)
        same = {key: champion[key] for key in ("fit_id", "segmentation", "clusters")}
        rows.append(same | structure(vectors, mine, champion["clusters"]))
    return as_relation(session, rows)
