"""The registry: every fit that ever scored customers, as rows.

The chosen candidate of each segmentation is refined by Lloyd's algorithm on all its
customers; where it was found in a sample, on a larger sample first. A pass is one SQL
aggregate: the customers stay in the engine and Python moves k centroids. Then the
segments get their ids: those of the fit before, where they are the same segments.

A fit is appended whole or not at all, which is why its columns and those of its
features and segments stand in one table; segmentation_fits,
segmentation_fit_features and segmentation_fit_centroids are its faces.
"""

import hashlib
import json
import math
from datetime import datetime, timedelta

import numpy as np
from duckdb import DuckDBPyConnection, DuckDBPyRelation

SCHEMA = {
    "fit_id": "VARCHAR",
    "segmentation": "VARCHAR",
    "configuration_hash": "VARCHAR",
    "data_fingerprint": "VARCHAR",
    "fitted_at": "TIMESTAMP",
    "adopted_at": "TIMESTAMP",
    "clusters": "INTEGER",
    "customers": "BIGINT",
    "passes": "INTEGER",
    "inertia": "DOUBLE",
    "simplified_silhouette": "DOUBLE",
    "davies_bouldin": "DOUBLE",
    "calinski_harabasz": "DOUBLE",
    "stability": "DOUBLE",
    "feature": "VARCHAR",
    "position": "INTEGER",
    "imputed_value": "DOUBLE",
    "lower_bound": "DOUBLE",
    "upper_bound": "DOUBLE",
    "transform": "VARCHAR",
    "center": "DOUBLE",
    "scale": "DOUBLE",
    "weight": "DOUBLE",
    "bin_bounds": ["DOUBLE"],
    "bin_shares": ["DOUBLE"],
    "segment_index": "INTEGER",
    "segment_id": "VARCHAR",
    "segment_customers": "BIGINT",
    "mean_distance": "DOUBLE",
    "largest_distance": "DOUBLE",
    "centroid": "DOUBLE",
    "centroid_value": "DOUBLE",
    "standard_score": "DOUBLE",
    "segment_stability": "DOUBLE",
}

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
MAXIMUM_PASSES = 12
# Lloyd's passes end when they lower the inertia by less than this share of it.
SMALLEST_GAIN = 1e-7
# After a pass that gained so little, the next is likely the last: it measures, too.
NEARLY_NO_GAIN = 50 * SMALLEST_GAIN
# Linear algebra libraries do not promise the last bits.
CENTROID_DECIMALS = 9
BINS = 10
# Iterations on the sample between two passes: at most, and until one changes the way by
# so small a share.
SAMPLE_STEPS = 100
SAMPLE_TOLERANCE = 1e-3
# How far at least to move centroids in the sample to see what follows: a share of the
# distances from them. Of a shorter step, too few vectors change their segment.
SECANT = 0.1


def fixed_point_unit(largest: float) -> float:
    """Return by what power of two to multiply values before they are summed as BIGINT.

    Sums of doubles depend on the order of the rows; sums of whole numbers do not.

    Args:
        largest: a bound of the absolute values.
    """
    # 2^1023 is the highest power of two that a double can be
    exponent = 61 - math.ceil(math.log2(largest)) if largest else 0
    return 2.0 ** min(exponent, 1023)


def number(value: float) -> str:
    """Return SQL for exactly this double.

    In quotes: DuckDB would read the digits as a DECIMAL, whose way to a double can end
    one bit off, and distances would not be those that scoring finds.
    """
    return f"'{float(value)!r}'::double"


def squared_distance_sql(columns: list[str], centroid: np.ndarray) -> str:
    """Return SQL for the squared distance of a row to one centroid.

    Args:
        columns: d columns in which distances are Euclidean.
        centroid: (d,) values.
    """
    differences = [
        f"({column} - {number(value)})"
        for column, value in zip(columns, centroid, strict=True)
    ]
    return " + ".join(f"({one} * {one})" for one in differences)


def relative_distance_sql(
    offsets: list[str],
    feature_weights: np.ndarray,
    centroid: np.ndarray,
    first: np.ndarray,
) -> str:
    """Return SQL for how much farther, squared, a row is from one centroid than from
    the first: linear in its offsets from the first, since their squares cancel.

    Args:
        offsets: d columns that say how far the row lies from the first centroid.
        feature_weights: (d,) factors of the squared differences.
        centroid: (d,) standardized values.
        first: (d,) standardized values of the first centroid.
    """
    away = centroid - first
    slopes = -2 * feature_weights * away
    terms = [
        f"{number(slope)} * {offset}"
        for offset, slope in zip(offsets, slopes, strict=True)
    ]
    return " + ".join([number(math.fsum(feature_weights * away**2)), *terms])


def nearest_sql(clusters: int) -> str:
    """Return SQL for the lowest slot whose distance (d0, d1, ...) is smallest."""
    branches = []
    for slot in range(clusters - 1):
        closer = [f"d{slot} <= d{other}" for other in range(slot + 1, clusters)]
        branches.append(f"when {' and '.join(closer)} then {slot}")
    return f"case {' '.join(branches)} else {clusters - 1} end"


def fixed_point_sum_sql(expression: str, largest: float) -> str:
    """Return SQL for a sum that has the same bits for every order of the rows.

    Args:
        expression: of DOUBLEs.
        largest: a bound of their absolute values.
    """
    unit = number(fixed_point_unit(largest))
    return f"sum((({expression}) * {unit})::bigint)::double / {unit}"


def numbered(customers: DuckDBPyRelation, features: list[str]) -> DuckDBPyRelation:
    """Return the features as z0, z1 and so on: one may be called as a column here."""
    return customers.project(
        ", ".join(f'"{feature}" as z{place}' for place, feature in enumerate(features))
    )


def placed(
    customers: DuckDBPyRelation,
    features: list[str],
    feature_weights: np.ndarray,
    centroids: np.ndarray,
) -> DuckDBPyRelation:
    """Return the customers' values z0, z1 and so on, and the slot of the nearest
    centroid.

    Args:
        customers: relation of standardized values, one column per feature.
        features: d column names.
        feature_weights: (d,) factors of the squared differences.
        centroids: (k, d) standardized values.
    """
    first, *others = centroids
    columns = ", ".join(f"z{place}" for place in range(len(features)))
    offsets = [f"offset{place}" for place in range(len(features))]
    shifted = ", ".join(
        f"z{place} - {number(value)} as offset{place}"
        for place, value in enumerate(first)
    )
    farther = [
        relative_distance_sql(offsets, feature_weights, other, first)
        for other in others
    ]
    distances = ", ".join(
        f"{distance} as d{slot}"
        for slot, distance in enumerate(["0::double", *farther])
    )
    return (
        numbered(customers, features)
        .project(f"*, {shifted}")
        .project(f"{columns}, {distances}")
        .project(f"{columns}, {nearest_sql(len(centroids))} as slot")
    )


def compared(
    customers: DuckDBPyRelation,
    features: list[str],
    feature_weights: np.ndarray,
    centroids: np.ndarray,
) -> DuckDBPyRelation:
    """Return what `placed` does, by the distances of scoring to the last bit, and the
    squared distances to the nearest and to the following centroid.
    """
    slots = range(len(centroids))
    columns = [f"z{place}" for place in range(len(features))]
    # weighted once, and not once for every centroid
    root = np.sqrt(feature_weights)
    weighted = [f"weighted{place}" for place in range(len(features))]
    weightings = ", ".join(
        f"{column} * {number(factor)} as {name}"
        for column, factor, name in zip(columns, root, weighted, strict=True)
    )
    distances = ", ".join(
        f"{squared_distance_sql(weighted, root * centroids[slot])} as d{slot}"
        for slot in slots
    )
    least = ", ".join(f"d{slot}" for slot in slots)
    others = ", ".join(
        f"case slot when {slot} then 'infinity'::double else d{slot} end"
        for slot in slots
    )
    return (
        numbered(customers, features)
        .project(f"*, {weightings}")
        .project(f"*, {distances}")
        .project(f"*, {nearest_sql(len(centroids))} as slot")
        .project(
            f"{', '.join(columns)}, slot, least({least}) as nearest, "
            f"least({others}) as following"
        )
    )


def lloyd_pass(
    customers: DuckDBPyRelation,
    features: list[str],
    feature_weights: np.ndarray,
    centroids: np.ndarray,
    reach: np.ndarray,
) -> tuple[np.ndarray, float]:
    """Return the (k, d) means of the customers nearest to each centroid, and by how
    much going there lowers the inertia. An empty segment keeps its centroid.

    Args:
        customers: relation of standardized values, one column per feature.
        features: d column names.
        feature_weights: (d,) factors of the squared differences.
        centroids: (k, d) standardized values.
        reach: (d,) largest absolute standardized value of each feature.
    """
    sums = ", ".join(
        fixed_point_sum_sql(f"z{place}", largest) for place, largest in enumerate(reach)
    )
    totals = (
        placed(customers, features, feature_weights, centroids)
        .aggregate(f"slot, count(*), {sums}", "slot")
        .fetchall()
    )
    moved = centroids.copy()
    gains = []
    for slot, count, *values in totals:
        moved[slot] = np.array(values) / count
        # Huygens: about their mean, squares are smaller by that much
        gains += list(count * feature_weights * (moved[slot] - centroids[slot]) ** 2)
    return moved, math.fsum(gains)


def sample_means(
    vectors: np.ndarray, weights: np.ndarray, centroids: np.ndarray
) -> np.ndarray:
    """Return the (k, d) means of the vectors nearest to each centroid. An empty segment
    keeps its centroid.

    Args:
        vectors: (n, d) values in which distances are Euclidean.
        weights: (n,) customers behind each vector.
        centroids: (k, d) values.
    """
    from scipy.spatial.distance import cdist

    nearest = cdist(vectors, centroids, "sqeuclidean").argmin(axis=1)
    clusters = len(centroids)
    sizes = np.bincount(nearest, weights, clusters)
    sums = [np.bincount(nearest, weights * column, clusters) for column in vectors.T]
    means = np.column_stack(sums) / np.where(sizes > 0, sizes, 1)[:, None]
    return np.where(sizes[:, None] > 0, means, centroids)


def steered(
    vectors: np.ndarray,
    weights: np.ndarray,
    feature_weights: np.ndarray,
    centroids: np.ndarray,
    moved: np.ndarray,
) -> np.ndarray:
    """Return where Lloyd's passes over all customers would lead to, as far as a sample
    can tell.

    They end where a pass moves nothing. By Newton's method the way there is
    d = r + J d, with r what the last pass moved and J the derivative of a pass: how
    much farther it leads from places moved by d. That is seen in the sample, at places
    moved far enough for many vectors to change their segment (Dembo, Eisenstat and
    Steihaug, 1982, "Inexact Newton methods"). Only r, of all customers, decides where
    it ends.

    Args:
        vectors: (n, d) standardized values of the sample.
        weights: (n,) customers behind each vector.
        feature_weights: (d,) factors of the squared differences.
        centroids: (k, d) standardized values before the last pass over all customers.
        moved: (k, d) where that pass moved them.
    """
    from scipy.spatial.distance import cdist

    root = np.sqrt(feature_weights)
    vectors, start = vectors * root, centroids * root
    here = sample_means(vectors, weights, start)
    squares = cdist(vectors, start, "sqeuclidean").min(axis=1)
    distance = math.sqrt(np.average(squares, weights=weights))
    remainder = moved * root - start
    way = remainder
    for _ in range(SAMPLE_STEPS):
        before = way
        farthest = np.sqrt((before**2).sum(axis=1)).max()
        stretch = max(1.0, SECANT * distance / farthest) if farthest else 1.0
        there = sample_means(vectors, weights, start + stretch * before)
        way = remainder + (there - here) / stretch
        if np.abs(way - before).max() <= SAMPLE_TOLERANCE * farthest:
            break
    return (start + way) / root


def refine(
    customers: DuckDBPyRelation,
    features: list[str],
    feature_weights: np.ndarray,
    centroids: np.ndarray,
    reach: np.ndarray,
    inertia: float,
    sample: tuple[np.ndarray, np.ndarray] | None = None,
) -> tuple[np.ndarray, np.ndarray, int, dict, list[dict]]:
    """Run Lloyd's passes until the inertia stands still.

    Args:
        customers: relation of standardized values, one column per feature.
        features: d column names.
        feature_weights: (d,) factors of the squared differences.
        centroids: (k, d) standardized values.
        reach: (d,) largest absolute standardized value of each feature.
        inertia: about what it is.
        sample: (n, d) standardized values that the centroids were found in, and the
            (n,) customers behind each; None if these were all customers. It saves
            passes, until one gains no less than the one before.

    Returns:
        The (k, d) centroids ordered by first feature, the (k,) positions that they
        had in the centroids given, the passes, and what the last one `measured`: the
        fit's figures and those of its segments.
    """
    order = np.arange(len(centroids))
    gain = math.inf
    passes = 0
    while True:
        passes += 1
        gain_before = gain
        if passes < MAXIMUM_PASSES and gain > NEARLY_NO_GAIN * inertia:
            moved, gain = lloyd_pass(
                customers, features, feature_weights, centroids, reach
            )
        else:
            sorting = np.lexsort(centroids.T[::-1])
            centroids, order = centroids[sorting], order[sorting]
            moved, gain, fit, segments = measured(
                customers, features, feature_weights, centroids, reach
            )
            if passes == MAXIMUM_PASSES or gain <= SMALLEST_GAIN * inertia:
                return centroids, order, passes, fit, segments
        if gain >= gain_before:
            sample = None
        if sample and gain > SMALLEST_GAIN * inertia:
            moved = rounded(steered(*sample, feature_weights, centroids, moved), reach)
        centroids = moved


def rounded(centroids: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Return the (k, d) centroids without the digits that another machine may not find.

    Args:
        centroids: (k, d) standardized values.
        reach: (d,) largest absolute standardized value of each feature.
    """
    unit = 2.0 ** np.ceil(np.log2(np.where(reach > 0, reach, 1)))
    return (centroids / unit).round(CENTROID_DECIMALS) * unit


def refit(
    vectors: np.ndarray,
    weights: np.ndarray,
    feature_weights: np.ndarray,
    centroids: np.ndarray,
    reach: np.ndarray,
) -> np.ndarray:
    """Return the (k, d) centroids that K-means finds from those given.

    Args:
        vectors: (n, d) standardized values.
        weights: (n,) customers behind each vector.
        feature_weights: (d,) factors of the squared differences.
        centroids: (k, d) standardized values to start from.
        reach: (d,) largest absolute standardized value of each feature.
    """
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    root = np.sqrt(feature_weights)
    # One thread: with more, the last bits depend on how busy the machine is.
    with threadpool_limits(1):
        model = KMeans(len(centroids), init=centroids * root, n_init=1, tol=0)
        found = model.fit(vectors * root, sample_weight=weights).cluster_centers_ / root
    return rounded(found, reach)


def measured(
    customers: DuckDBPyRelation,
    features: list[str],
    feature_weights: np.ndarray,
    centroids: np.ndarray,
    reach: np.ndarray,
) -> tuple[np.ndarray, float, dict, list[dict]]:
    """Measure a fit on all customers, in one pass of Lloyd's algorithm.

    Args:
        customers: relation of standardized values, one column per feature.
        features: d column names.
        feature_weights: (d,) factors of the squared differences.
        centroids: (k, d) standardized values.
        reach: (d,) largest absolute standardized value of each feature.

    Returns:
        What `lloyd_pass` does. Of the fit: customers, inertia, simplified silhouette
        (Hruschka, de Castro and Campello, 2004), Davies-Bouldin (1979) and
        Calinski-Harabasz (1974) index. Of each segment: customers, mean and largest
        distance to the centroid.
    """
    farthest = float(feature_weights @ (2 * reach) ** 2)
    sums = ", ".join(
        [
            fixed_point_sum_sql("nearest", farthest),
            fixed_point_sum_sql("sqrt(nearest)", math.sqrt(farthest)),
            fixed_point_sum_sql(
                "case when following > 0 then 1 - sqrt(nearest) / sqrt(following) "
                "else 0 end",
                1,
            ),
            *[
                fixed_point_sum_sql(f"z{place}", largest)
                for place, largest in enumerate(reach)
            ],
        ]
    )
    totals = (
        compared(customers, features, feature_weights, centroids)
        .aggregate(f"slot, count(*), max(nearest), {sums}", "slot")
        .order("slot")
        .fetchall()
    )
    by_slot = {row[0]: row[1:] for row in totals}
    counts = {slot: row[0] for slot, row in by_slot.items()}
    spreads = {slot: row[3] / row[0] for slot, row in by_slot.items()}
    used, sizes = list(counts), np.array(list(counts.values()))
    means = np.array([row[5:] for row in by_slot.values()]) / sizes[:, None]
    inertia = math.fsum(row[2] for row in by_slot.values())
    moved = centroids.copy()
    moved[used] = means
    # Huygens: about their mean, squares are smaller by that much
    gain = squares(means - centroids[used], feature_weights, sizes)
    fit = {
        "customers": int(sizes.sum()),
        "inertia": inertia,
        "simplified_silhouette": math.fsum(row[4] for row in by_slot.values())
        / int(sizes.sum()),
        "davies_bouldin": davies_bouldin(
            np.array(list(spreads.values())), centroids[used] * np.sqrt(feature_weights)
        ),
        "calinski_harabasz": calinski_harabasz(
            inertia - gain, means, feature_weights, sizes
        ),
    }
    segments = [
        {
            "segment_customers": counts.get(slot, 0),
            "mean_distance": spreads.get(slot),
            "largest_distance": math.sqrt(by_slot[slot][1]) if slot in counts else None,
        }
        for slot in range(len(centroids))
    ]
    return moved, gain, fit, segments


def davies_bouldin(spreads: np.ndarray, centroids: np.ndarray) -> float | None:
    """Return the Davies-Bouldin index (1979): the mean over segments of the worst ratio
    of spreads to separation; None of fewer than two segments.

    Args:
        spreads: (k,) mean distance of the members of each segment to its centroid.
        centroids: (k, d) values in which distances are Euclidean.
    """
    if len(centroids) < 2:
        return None
    between = np.sqrt(((centroids[:, None] - centroids) ** 2).sum(axis=2))
    np.fill_diagonal(between, np.inf)
    return float(np.max((spreads[:, None] + spreads) / between, axis=1).mean())


def squares(
    differences: np.ndarray, feature_weights: np.ndarray, sizes: np.ndarray
) -> float:
    """Return the sum of the weighted squares of (k, d) differences, each row counted
    as often as its size says.
    """
    return math.fsum((differences**2 * feature_weights * sizes[:, None]).ravel())


def calinski_harabasz(
    within: float, means: np.ndarray, feature_weights: np.ndarray, sizes: np.ndarray
) -> float | None:
    """Return the Calinski-Harabasz index (1974): the variance between segments over the
    variance within them; None of fewer than two segments, or of none within.

    Args:
        within: sum of squared distances to the mean of the segment.
        means: (k, d) means of the segments.
        feature_weights: (d,) factors of the squared differences.
        sizes: (k,) customers of the segments.
    """
    customers, clusters = int(sizes.sum()), len(sizes)
    if clusters < 2 or customers <= clusters or within <= 0:
        return None
    center = (means * sizes[:, None]).sum(axis=0) / customers
    between = squares(means - center, feature_weights, sizes)
    return between / within * (customers - clusters) / (clusters - 1)


def segment_ids(
    segmentation: str,
    centroids: np.ndarray,
    earlier: dict[str, np.ndarray],
    used: set[str],
    continued: list[str | None] | None = None,
) -> list[str]:
    """Give each centroid the id of the segment that it continues, or a new one.

    Unless the customers tell (`continued`), the centroids do: a new one can only
    continue the old one that it lies nearest to; from any other it has moved too far.
    Where several could continue the same one, pairs are made so that the sum of their
    distances is smallest (Kuhn, 1955), and the rest are new. Pairing first and judging
    the distance afterwards would let a chain of short moves take ids from segments
    that have not moved at all.

    Args:
        segmentation: prefix of the ids.
        centroids: (k, d) new standardized centroids.
        earlier: (d,) standardized centroids of the fit before, by id.
        used: all ids the segmentation ever had; none is given twice.
        continued: k ids, or None for segments that continue no other one.
    """
    ids = list(continued or [None] * len(centroids))
    if earlier and not continued:
        from scipy.optimize import linear_sum_assignment
        from scipy.spatial.distance import cdist

        names = sorted(earlier, key=segment_number)
        between = cdist(centroids, np.array([earlier[name] for name in names]))
        nearest = between.argmin(axis=1)[:, None] == np.arange(len(names))
        costs = np.where(nearest, between, between.sum() + 1)
        for new, old in zip(*linear_sum_assignment(costs), strict=True):
            if nearest[new, old]:
                ids[new] = names[old]
    following = max([segment_number(name) for name in used], default=0) + 1
    for index, name in enumerate(ids):
        if name is None:
            ids[index] = f"{segmentation}-{following}"
            following += 1
    return ids


def segment_number(segment_id: str) -> int:
    """Return the number at the end of a segment id."""
    return int(segment_id.rsplit("-", 1)[1])


def quantile_bins(
    values: np.ndarray, weights: np.ndarray
) -> tuple[list[float], list[float]]:
    """Return the inner bounds of about BINS equally full bins, and the share of
    customers in each bin; a value belongs to the bin whose upper bound it reaches.

    Where the highest value would bound a bin, the value below it does: a feature at its
    maximum for nearly everyone would else have one bin, and never drift.

    Args:
        values: (n,) values of one feature.
        weights: (n,) customers behind each value.
    """
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(weights[order]) / weights.sum()
    targets = np.arange(1, BINS) / BINS
    bounds = values[order][np.searchsorted(cumulated, targets - 1e-12)]
    lower = values[values < values.max()]
    bounds = np.unique(np.minimum(bounds, lower.max())) if len(lower) else lower
    shares = np.bincount(
        np.searchsorted(bounds, values), weights, minlength=len(bounds) + 1
    )
    return bounds.tolist(), (shares / weights.sum()).tolist()


def standard_scores(
    centroids: np.ndarray, values: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Return how many standard deviations of the values the (k,) centroids lie from
    their mean: the centroids themselves where the feature has standard scale.

    Args:
        centroids: (k,) centroids of one feature.
        values: (n,) values of the feature.
        weights: (n,) customers behind each value.
    """
    customers = weights.sum()
    mean = math.fsum(weights * values) / customers
    variance = math.fsum(weights * (values - mean) ** 2) / customers
    return (centroids - mean) / math.sqrt(variance) if variance else 0 * centroids


def in_own_units(z: np.ndarray, preparation: dict) -> np.ndarray:
    """Return standardized values of a feature in the feature's own units."""
    prepared = z * preparation["scale"] + preparation["center"]
    undo = {"log": np.expm1, "sqrt": np.square, "none": np.asarray}
    return undo[preparation["transform"]](prepared)


def fit_id(chosen: dict, preparations: list[dict]) -> str:
    """Return the hash of configuration and data: the same input, the same fit.

    The fingerprint is of standardized values; without the preparation, ages that are
    all a year higher would be the same data.

    Args:
        chosen: the candidate's row of segmentation_quality.
        preparations: the d rows of feature_preparation.
    """
    basis = (
        *(chosen[key] for key in ("segmentation", "configuration_hash")),
        *(chosen[key] for key in ("data_fingerprint", "clusters")),
        *(row[key] for row in preparations for key in PREPARATION),
    )
    return hashlib.sha256(repr(basis).encode()).hexdigest()[:12]


def newest_fit(registry: list[dict], segmentation: str) -> str | None:
    """Return the id of the fit that scored the segmentation last, if there is one."""
    mine = [
        (row["adopted_at"], row["fit_id"])
        for row in registry
        if row["segmentation"] == segmentation
    ]
    return max(mine)[1] if mine else None


def newest_centroids(
    registry: list[dict], segmentation: str, features: list[str]
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the centroids of the segmentation's newest fit, by segment id, on those
    features that this fit has in common with the given ones; and which those are.

    Args:
        registry: rows of the registry.
        segmentation: name.
        features: d names of the features of the fit to come.

    Returns:
        Arrays of (s,) standardized values by segment id (none if there is no fit, or
        no common feature), and the (s,) positions of the common features.
    """
    newest = newest_fit(registry, segmentation)
    values = {
        (row["segment_id"], row["feature"]): row["centroid"]
        for row in registry
        if row["fit_id"] == newest
    }
    known = {feature for _, feature in values}
    shared = np.array(
        [i for i, name in enumerate(features) if name in known], dtype=int
    )
    if not len(shared):
        return {}, shared
    return {
        segment: np.array([values[segment, features[i]] for i in shared])
        for segment, _ in values
    }, shared


def is_renamed(registry: list[dict], segmentation: str, features: list[str]) -> bool:
    """Return whether the segmentation's newest fit has features that the fit to come
    has not, and the other way round: the same ones may have other names.
    """
    newest = newest_fit(registry, segmentation)
    known = {row["feature"] for row in registry if row["fit_id"] == newest}
    return bool(known - set(features)) and bool(set(features) - known)


def continued_segments(
    customers: DuckDBPyRelation,
    features: list[str],
    feature_weights: np.ndarray,
    centroids: np.ndarray,
    before: DuckDBPyRelation,
    used: set[str],
) -> list[str | None] | None:
    """Return the ids of the segments that have more than half of their customers in one
    new segment, and more than half of its: in the order of the new ones, None for those
    that continue no other, or None if there are only such.

    Args:
        customers: relation of standardized values, one column per feature.
        features: d column names.
        feature_weights: (d,) factors of the squared differences.
        centroids: (k, d) standardized values.
        before: relation of customer_id and segment_id, as the build before left them.
        used: all ids the segmentation ever had.
    """
    found = before.project("segment_id").distinct().fetchall()
    names = sorted(used & {name for (name,) in found}, key=segment_number)
    shared = np.zeros((len(centroids), len(names)))
    for column, name in enumerate(names):
        ids = before.filter(f"segment_id = '{name}'").project("customer_id")
        members = customers.set_alias("today").join(ids.set_alias("ids"), "customer_id")
        slots = placed(members, features, feature_weights, centroids)
        for slot, count in slots.aggregate("slot, count(*)", "slot").fetchall():
            shared[slot, column] = count
    larger = np.maximum(shared.sum(axis=1)[:, None], shared.sum(axis=0))
    continued: list[str | None] = [None] * len(centroids)
    for slot, column in zip(*np.nonzero(shared > larger / 2), strict=True):
        continued[slot] = names[column]
    return continued if any(continued) else None


def fit_rows(
    chosen: dict,
    centroids: np.ndarray,
    stabilities: list[float | None],
    preparations: list[dict],
    customers: DuckDBPyRelation,
    vectors: dict[str, np.ndarray],
    registry: list[dict],
    before: DuckDBPyRelation,
    now: datetime,
) -> list[dict]:
    """Refine one candidate and return its rows for the registry.

    Args:
        chosen: the candidate's row of segmentation_quality.
        centroids: (k, d) standardized centroids of the candidate.
        stabilities: k figures, one for each of these centroids.
        preparations: the d rows of feature_preparation, in order of position.
        customers: relation of all customers' standardized values.
        vectors: training vectors by feature, and `customers` behind each.
        registry: rows of the fits before.
        before: relation of customers and the ids of their segments until now.
        now: the time of the fit.
    """
    segmentation = chosen["segmentation"]
    features = [row["feature"] for row in preparations]
    weights = np.array([row["weight"] for row in preparations])
    reach = np.array(
        [max(abs(row["lowest_z"]), abs(row["highest_z"])) for row in preparations]
    )
    behind = np.asarray(vectors["customers"], dtype=float)
    values = np.column_stack([np.asarray(vectors[feature]) for feature in features])
    if behind.sum() > chosen["training_customers"]:
        centroids = refit(values, behind, weights, centroids, reach)
    inertia = chosen["inertia"] * chosen["customers"] / chosen["training_customers"]
    centroids, order, passes, figures, sizes = refine(
        customers,
        features,
        weights,
        centroids,
        reach,
        inertia,
        (values, behind) if behind.sum() < chosen["customers"] else None,
    )
    earlier, shared = newest_centroids(registry, segmentation, features)
    used = {
        row["segment_id"] for row in registry if row["segmentation"] == segmentation
    }
    continued = None
    if is_renamed(registry, segmentation, features):
        continued = continued_segments(
            customers, features, weights, centroids, before, used
        )
    ids = segment_ids(segmentation, centroids[:, shared], earlier, used, continued)
    fit = {
        "fit_id": fit_id(chosen, preparations),
        "segmentation": segmentation,
        "configuration_hash": chosen["configuration_hash"],
        "data_fingerprint": chosen["data_fingerprint"],
        "fitted_at": now,
        "adopted_at": now,
        "clusters": chosen["clusters"],
        "passes": passes,
        "stability": chosen["stability"],
        **figures,
    }
    rows = []
    for column, preparation in enumerate(preparations):
        values = np.asarray(vectors[preparation["feature"]])
        bounds, shares = quantile_bins(values, behind)
        scores = standard_scores(centroids[:, column], values, behind)
        own_units = in_own_units(centroids[:, column], preparation)
        prepared = {key: preparation[key] for key in PREPARATION}
        for slot, segment_id in enumerate(ids):
            rows.append(
                prepared
                | fit
                | sizes[slot]
                | {
                    "bin_bounds": bounds,
                    "bin_shares": shares,
                    "segment_index": slot,
                    "segment_id": segment_id,
                    "centroid": float(centroids[slot, column]),
                    "centroid_value": float(own_units[slot]),
                    "standard_score": float(scores[slot]),
                    "segment_stability": stabilities[order[slot]],
                }
            )
    return rows


def as_relation(session: DuckDBPyConnection, rows: list[dict]) -> DuckDBPyRelation:
    """Return the rows as a relation with the types of SCHEMA, also when empty."""
    return session.sql(
        "select line.* from (select unnest(from_json("
        f"'{json.dumps(rows, default=str)}', '{json.dumps([SCHEMA])}')) as line)"
    )


def records(relation: DuckDBPyRelation) -> list[dict]:
    """Return a small relation as a list of dictionaries."""
    return [
        dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()
    ]


def earlier_rows(dbt, session: DuckDBPyConnection) -> DuckDBPyRelation:
    """Return the registry of the builds before: this schema's own, or the one it is
    told to start from.
    """
    if session.sql(
        f"from information_schema.tables where table_catalog = '{dbt.this.database}' "
        f"and table_schema = '{dbt.this.schema}' "
        f"and table_name = '{dbt.this.identifier}'"
    ).fetchall():
        own = session.sql(f"select * from {dbt.this}")
        if own.limit(1).fetchall():
            return own
    imported = dbt.ref("customer_segmentation", "base_registry")
    if imported.limit(1).fetchall():
        return imported.project(", ".join(SCHEMA))
    return as_relation(session, [])


def adopted_fit(registry: list[dict], candidate: dict) -> str | None:
    """Return the id of the fit adopted last for the configuration of a candidate."""
    mine = [
        (row["adopted_at"], row["fit_id"])
        for row in registry
        if row["segmentation"] == candidate["segmentation"]
        and row["configuration_hash"] == candidate["configuration_hash"]
    ]
    return max(mine)[1] if mine else None


def later_than(registry: list[dict], started_at: datetime | None) -> datetime | None:
    """Return when this build began or, where it is a part of one that has fitted
    before, a time that is later than those of all fits. There is none under `--empty`.

    Args:
        registry: rows of the fits before.
        started_at: when the build began, as int_build says.
    """
    if started_at is None:
        return None
    newest = max((row["adopted_at"] for row in registry), default=datetime.min)
    return max(started_at, newest + timedelta(microseconds=1))


def model(dbt, session: DuckDBPyConnection) -> DuckDBPyRelation:
    """Return one row per fit, segment and feature: those of earlier builds, and those
    of the candidates that are not among them yet.
    """
    dbt.config(materialized="table")
    chosen = records(
        dbt.ref("customer_segmentation", "segmentation_quality").filter("is_chosen")
    )
    candidates = records(dbt.ref("customer_segmentation", "kmeans_candidates"))
    preparation = records(
        dbt.ref("customer_segmentation", "feature_preparation").order("position")
    )
    standardized = dbt.ref("customer_segmentation", "customer_features_standardized")
    training = dbt.ref("customer_segmentation", "int_training_vectors")
    before = dbt.ref("customer_segmentation", "int_segments_before")
    earlier = earlier_rows(dbt, session)
    registry = records(earlier)
    (started_at,) = (
        dbt.ref("customer_segmentation", "int_build").max("started_at").fetchone()
    )
    now = later_than(registry, started_at)

    rows, readopted = [], []
    known = {row["fit_id"] for row in registry}
    for candidate in chosen:
        segmentation = f"segmentation = '{candidate['segmentation']}'"
        preparations = [
            row
            for row in preparation
            if row["segmentation"] == candidate["segmentation"]
        ]
        order = ", ".join(f'"{row["feature"]}"' for row in preparations)
        vectors = training.filter(segmentation).order(order).fetchnumpy()
        identity = fit_id(candidate, preparations)
        if not len(vectors["customers"]):
            identity = adopted_fit(registry, candidate)
        if identity is None:
            continue
        if identity in known:
            # Of the same data, or of an earlier configuration that is back.
            if identity != newest_fit(registry, candidate["segmentation"]):
                readopted.append(identity)
            continue
        same = ("segmentation", "configuration_hash", "data_fingerprint", "clusters")
        fitted = next(
            row for row in candidates if all(row[key] == candidate[key] for key in same)
        )
        print(
            f"{candidate['segmentation']}: refining k = {candidate['clusters']}",
            flush=True,
        )
        rows += fit_rows(
            candidate,
            np.array(fitted["centroids"]),
            fitted["segment_stability"] or [None] * candidate["clusters"],
            preparations,
            standardized.filter(segmentation),
            vectors,
            registry,
            before.filter(segmentation).project("customer_id, segment_id"),
            now,
        )
    if readopted:
        identities = ", ".join(f"'{identity}'" for identity in readopted)
        earlier = earlier.project(
            f"* replace (case when fit_id in ({identities}) then "
            f"'{now}'::timestamp else adopted_at end as adopted_at)"
        )
    return earlier.union(as_relation(session, rows)) if rows else earlier
