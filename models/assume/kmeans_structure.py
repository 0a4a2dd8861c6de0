"""Whether there is anything to find: each fit against tables without groups.

K-means cuts whatever it is given, noise as well. So the champion's number of clusters
is fitted to a sample of the customers and to reference tables of the same shape that
have no groups, and the simplified silhouettes are compared: the idea of the gap
statistic (Tibshirani, Walther and Hastie, 2001) and of SigClust (Liu et al., 2008).

A reference table keeps what is no group: how each feature is distributed and rounded,
and how features rise and fall together. It lacks what makes groups: valleys within a
feature are filled, and features hang together through a Gaussian copula alone.
Permuted columns would keep the valleys and lose the correlations; one Gaussian would
take every skewed or rounded feature for a group.
"""

import json
import math
from collections.abc import Callable, Iterator

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

# To beat all of 39 tables has a probability of 1 in 40 if there are no groups.
REFERENCES = 39
STABILITY_REFERENCES = 10
RESTARTS = 5
SEED = 1
# Bounds of a distribution's steps; more of them change no reference.
KNOTS = 200
# Up to so many different answers, an irregular share is no valley.
FEW_ANSWERS = 10
# A valley counts if more customers would have to move to fill it: at least this share,
# and more than the valleys of samples without groups (1.0 of 150, 1.2 of 600).
SMALLEST_VALLEY = 0.025
VALLEY_BY_CHANCE = 1.2
COPULA_ROWS = 10_000
COPULA_STEPS = 2
SIGNIFICANT_DIGITS = 10

FORWARD = {"log": np.log1p, "sqrt": np.sqrt, "none": np.asarray}
BACKWARD = {"log": np.expm1, "sqrt": np.square, "none": np.asarray}


def tidy(values: np.ndarray, largest: float) -> np.ndarray:
    """Return the values without the last digits, which arithmetic has touched."""
    # of smaller values, the power of ten that rounds them would be infinite
    if largest < 1e-290:
        return values
    return values.round(12 - math.ceil(math.log10(largest)))


def rounding(values: np.ndarray) -> tuple[float, float] | None:
    """Return step and origin of the grid that nine in ten values lie on, if any.

    Args:
        values: (n,) values of a feature in its own unit.
    """
    levels, counts = np.unique(values, return_counts=True)
    common = levels[counts >= 0.01 * len(values)]
    origin = float(levels[counts.argmax()])
    for step in np.unique(np.diff(common)).tolist():
        steps = (values - origin) / step
        if np.mean(np.abs(steps - steps.round()) < 1e-6) >= 0.9:
            return step, origin
    return None


def isotonic(bounds: np.ndarray, shares: np.ndarray, *, rising: bool) -> np.ndarray:
    """Return the cumulated shares whose density only rises, or only falls, between
    the bounds: the Grenander (1956) estimator.

    Args:
        bounds: (m,) ascending values.
        shares: (m,) cumulated shares at the bounds.
        rising: whether the density rises.
    """
    from sklearn.isotonic import isotonic_regression

    widths = np.diff(bounds)
    density = isotonic_regression(
        np.diff(shares) / widths, sample_weight=widths, increasing=rising
    )
    return shares[0] + np.concatenate([[0.0], np.cumsum(density * widths)])


def without_valleys(
    bounds: np.ndarray, below: np.ndarray, reached: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the distribution with one mode that is nearest to the given one.

    As in the dip test (Hartigan and Hartigan, 1985), the mode is where the largest
    difference of cumulated shares is smallest.

    Args:
        bounds: (m,) ascending values.
        below: (m,) share of customers below each.
        reached: (m,) share of customers at or below each.

    Returns:
        (m + 1,) values, their cumulated shares, and the largest difference.
    """
    best = (bounds, reached, np.inf)
    for mode in range(len(bounds)):
        left, right = slice(mode + 1), slice(mode, None)
        rise, fall = below[left], reached[right]
        if mode:
            rise = isotonic(bounds[left], below[left], rising=True)
        if mode < len(bounds) - 1:
            fall = isotonic(bounds[right], reached[right], rising=False)
        moved = max(
            np.abs(rise - below[left]).max(), np.abs(fall - reached[right]).max()
        )
        if moved < best[2] - 1e-12:
            values = np.concatenate([bounds[left], bounds[right]])
            best = (values, np.concatenate([rise, fall]), float(moved))
    return best


def reference_feature(
    z: np.ndarray, preparation: dict
) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function from shares in 0..1 to standardized values, distributed and
    rounded as the feature is, but without its valleys.

    Args:
        z: (n,) standardized values.
        preparation: the feature's row of feature_preparation.
    """
    forward, backward = (way[preparation["transform"]] for way in (FORWARD, BACKWARD))
    center, scale = preparation["center"], preparation["scale"]
    raw = backward(z * scale + center)
    largest = float(np.abs(raw).max())
    raw = tidy(raw, largest)
    grid = rounding(raw)
    if grid:
        step, origin = grid
        raw = tidy(origin + ((raw - origin) / step).round() * step, largest)
    levels, counts = np.unique(raw, return_counts=True)
    reached = np.cumsum(counts) / len(raw)
    below = reached - counts / len(raw)
    bounds = levels
    if grid:  # every value stands for a cell of the grid
        lowest = -np.inf if preparation["transform"] == "none" else 0.0
        cells = np.column_stack([levels - step / 2, levels + step / 2]).ravel()
        bounds, first = np.unique(tidy(cells, largest).clip(lowest), return_index=True)
        below = reached = np.column_stack([below, reached]).ravel()[first]
    if len(bounds) > KNOTS:
        last = len(bounds) - 1
        kept = np.searchsorted(reached, np.linspace(0, 1, KNOTS)).clip(max=last)
        kept = np.unique([0, *kept, last])
        bounds, below, reached = bounds[kept], below[kept], reached[kept]
    values, shares, moved = without_valleys(forward(bounds), below, reached)
    by_chance = max(SMALLEST_VALLEY, VALLEY_BY_CHANCE / np.sqrt(len(z)))
    if grid and np.ptp(levels) / step < FEW_ANSWERS and moved <= by_chance:
        ordered = np.sort(z)
        return lambda share: ordered[(share * len(z)).astype(int).clip(max=len(z) - 1)]

    def value(share: np.ndarray) -> np.ndarray:
        drawn = np.interp(share, shares, values)
        if grid:
            steps = ((backward(drawn) - origin) / step).round()
            drawn = forward((origin + steps * step).clip(levels[0], levels[-1]))
        return (drawn - center) / scale

    return value


def correlations(columns: np.ndarray) -> np.ndarray:
    """Return the (d, d) correlations of the columns; 0 where one does not vary."""
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
    """Yield tables without groups, of the shape of the vectors, for ever.

    The correlations of the copula are corrected until those of its tables, rounded as
    they are, meet the data's. The columns of a categorical feature stay together.

    Args:
        vectors: (n, d) standardized values.
        preparations: the d rows of feature_preparation with `block`, `scale_method`.
        generator: of the draws.
    """
    from scipy.special import ndtr

    is_number = np.array([row["scale_method"] != "categories" for row in preparations])
    numbers = np.flatnonzero(is_number)
    blocks = [row["block"] for row in preparations]
    features = [reference_feature(vectors[:, i], preparations[i]) for i in numbers]

    def drawn(found: np.ndarray, rows: int, draws: np.random.Generator) -> np.ndarray:
        shares = ndtr(normal_rows(found, rows, draws))
        return np.column_stack(
            [feature(share) for feature, share in zip(features, shares.T, strict=True)]
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
    """Return the (k, d) centroids of K-means; none if there are too few different
    vectors to be cut.
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
    """Return the adjusted Rand index of the segments and those of a resample."""
    from scipy.spatial.distance import cdist
    from sklearn.metrics import adjusted_rand_score

    again = vectors[generator.integers(0, len(vectors), len(vectors))]
    others = None if centroids is None else fit(again, len(centroids))
    if others is None:
        return 1.0
    labels = (cdist(vectors, each).argmin(axis=1) for each in (centroids, others))
    return float(adjusted_rand_score(*labels))


def structure(vectors: np.ndarray, preparations: list[dict], clusters: int) -> dict:
    """Return the figures of the customers and of tables without groups.

    Args:
        vectors: (n, d) standardized values.
        preparations: the d features of the champion with `block`, `scale_method`.
        clusters: k.
    """
    import sklearn.cluster  # noqa: F401  only thread pools that are loaded are limited
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
        key: float(f"{value:.{SIGNIFICANT_DIGITS}g}") for key, value in figures.items()
    }


def as_relation(session: DuckDBPyConnection, rows: list[dict]) -> DuckDBPyRelation:
    """Return the rows as a relation with the types of SCHEMA, also when empty."""
    return session.sql(
        "select line.* from (select unnest(from_json("
        f"'{json.dumps(rows)}', '{json.dumps([SCHEMA])}')) as line)"
    )


def records(relation: DuckDBPyRelation) -> list[dict]:
    """Return a small relation as a list of dictionaries."""
    return [
        dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()
    ]


def model(dbt, session: DuckDBPyConnection) -> DuckDBPyRelation:
    """Return one row per fit: those of earlier builds, and the champions."""
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
                "segmentation, feature, position, transform, center, scale, weight"
            ),
            "segmentation, feature",
        )
        .order("position")
    )
    sample = dbt.ref("customer_segmentation", "int_structure_sample")
    rows = []
    if session.sql(
        f"from information_schema.tables where table_catalog = '{dbt.this.database}' "
        f"and table_schema = '{dbt.this.schema}' "
        f"and table_name = '{dbt.this.identifier}'"
    ).fetchall():
        rows = records(session.sql(f"select * from {dbt.this}"))

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
