"""K-means for every segmentation at every number of clusters, with its metrics.

SQL has prepared the training vectors: the distinct standardized feature vectors of
each segmentation that is due for a fit, or of a sample of its customers where there are
many, with the number of customers behind each. Python returns centroids and metrics,
never customers. Rows of earlier builds are kept: what was computed once is not computed
again when configuration and data come back.
"""

import hashlib
import json

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
    "silhouette": "DOUBLE",
    "silhouette_standard_error": "DOUBLE",
    "silhouette_vectors": "BIGINT",
    "davies_bouldin": "DOUBLE",
    "calinski_harabasz": "DOUBLE",
    "stability": "DOUBLE",
    "smallest_share": "DOUBLE",
    "centroids": ["DOUBLE[]"],
    "segment_stability": ["DOUBLE"],
    "smallest_valley": "DOUBLE",
}

# Enough resamples for a standard error of the stability below 0.02.
BOOTSTRAPS = 20
BOOTSTRAP_RESTARTS = 3
# Of more customers, a resample differs too little to tell what chance makes of them.
BOOTSTRAP_CUSTOMERS = 5_000
# Of a start that has to be compared only: a share of the variance of the features.
TOLERANCE = 1e-4
# The silhouette takes time and memory with the square of the vectors: exact up to so
# many, else of a sample that has a standard error below 0.01.
SILHOUETTE_VECTORS = 5_000
SILHOUETTE_SAMPLE = 2_500
CHUNK = 1_000
# Of more customers, any ripple is a valley.
VALLEY_CUSTOMERS = 2_000
# The dip of n customers without a valley is larger than this by the root of n in one
# of twenty cases, if they are many; in fewer, if they are few.
CRITICAL_DIP = 0.55
# Linear algebra libraries do not promise the last bits. Rounding them away gives the
# same figures everywhere; the centroids are refined on all customers later anyway.
SIGNIFICANT_DIGITS = 10
CENTROID_DECIMALS = 9


def fingerprint(vectors: np.ndarray, weights: np.ndarray, checksum: str) -> str:
    """Hash the training vectors, whatever order they come in.

    Args:
        vectors: (n, d) standardized values.
        weights: (n,) customers behind each vector.
        checksum: of all customers' features, which the vectors may be a sample of.
    """
    order = np.lexsort(np.column_stack([vectors, weights]).T[::-1])
    digest = hashlib.sha256(np.ascontiguousarray(vectors[order]).tobytes())
    digest.update(np.ascontiguousarray(weights[order]).tobytes())
    digest.update(checksum.encode())
    return digest.hexdigest()[:12]


def canonical(centroids: np.ndarray) -> np.ndarray:
    """Order centroids by their first feature, then by the next, and so on.

    Args:
        centroids: (k, d) in any order: the numbering of K-means is arbitrary.
    """
    return centroids[np.lexsort(centroids.T[::-1])]


def fit(
    vectors: np.ndarray,
    weights: np.ndarray,
    clusters: int,
    restarts: int,
    seed: int,
    *,
    to_the_end: bool = True,
) -> np.ndarray:
    """Return the (k, d) centroids of the best of several K-means starts.

    Args:
        vectors: (n, d) values, already multiplied by the root of the feature weights.
        weights: (n,) customers behind each vector.
        clusters: k.
        restarts: k-means++ starts, of which the lowest inertia wins.
        seed: of the starts.
        to_the_end: whether a start goes on until no vector changes its cluster; else
            until the centroids hardly move.
    """
    from sklearn.cluster import KMeans

    tolerance = 0 if to_the_end else TOLERANCE
    model = KMeans(clusters, n_init=restarts, tol=tolerance, random_state=seed)
    return canonical(model.fit(vectors, sample_weight=weights).cluster_centers_)


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
    margins = np.divide(
        following - nearest,
        following,
        out=np.zeros_like(nearest),
        where=following > 0,
    )
    return float(np.average(margins, weights=weights))


def silhouette_values(
    vectors: np.ndarray, weights: np.ndarray, labelings: list[np.ndarray]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the (n,) silhouettes (Rousseeuw, 1987) of the vectors in each labeling,
    and how much one customer more at each vector adds to those of all others.

    A vector of weight w counts as w customers at the same place: the result is that
    of sklearn.metrics.silhouette_samples on repeated rows.

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
            # how (b - a) / scale follows the two means, and these a customer more
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
    """Return the standard error of a mean over a sample stratified by label
    (Cochran, 1977, "Sampling Techniques", section 5.3): the root of the sum of
    share^2 x (1 - sampled) x variance / size.

    Args:
        values: (n,) figures of the sample.
        weights: (n,) customers behind each.
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


def stratified(labels: np.ndarray, size: int, seed: int) -> np.ndarray:
    """Return the indices of a sample in which every label keeps its share, and has
    at least two members where it has so many.

    Args:
        labels: (n,) labels 0..k-1.
        size: about how many indices to return.
        seed: of the draw.
    """
    generator = np.random.default_rng(seed)
    chosen = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        share = max(2, round(size * len(members) / len(labels)))
        chosen.append(generator.permutation(members)[:share])
    return np.sort(np.concatenate(chosen))


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
) -> float:
    """Return the weighted Calinski-Harabasz index (1974): the variance between
    segments over the variance within them. Higher is better.

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
        return float("nan")
    return (total - within) / within * (customers - clusters) / (clusters - 1)


def adjusted_rand(labels: np.ndarray, others: np.ndarray, weights: np.ndarray) -> float:
    """Return the adjusted Rand index (Hubert and Arabie, 1985) of two labelings, each
    row counted as often as its weight says.

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
    """Return, for each of the k segments of one labeling, the Jaccard similarity to
    the segment of another labeling that is most like it: customers in both over
    customers in either.

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
    """Return how well the labels are found again from resampled customers: the mean
    over bootstraps of the adjusted Rand index, and of each segment's best Jaccard
    similarity.

    Hennig (2007), "Cluster-wise assessment of cluster stability", with all customers
    in place of those drawn: whoever was not drawn goes to the nearest centroid.

    Args:
        vectors: (n, d) values.
        weights: (n,) customers behind each vector.
        labels: (n,) labels to be found again, each of 0..k-1 used.
        clusters: k.
        seed: of the resamples.

    Returns:
        One figure for all segments and (k,) figures, one for each; all of them 0 if
        no resample has as many different vectors as clusters.
    """
    generator = np.random.default_rng(seed)
    shares = weights / weights.sum()
    customers = min(int(weights.sum()), BOOTSTRAP_CUSTOMERS)
    scores, similarities = [], []
    for bootstrap in range(BOOTSTRAPS):
        resampled = generator.multinomial(customers, shares).astype(float)
        drawn = resampled > 0
        if drawn.sum() < clusters:
            continue
        centroids = fit(
            vectors[drawn],
            resampled[drawn],
            clusters,
            BOOTSTRAP_RESTARTS,
            bootstrap,
            to_the_end=False,
        )
        found = distances(vectors, centroids).argmin(axis=1)
        scores.append(adjusted_rand(labels, found, weights))
        similarities.append(best_jaccard(labels, found, weights, clusters))
    if not scores:
        return 0.0, np.zeros(clusters)
    return float(np.mean(scores)), np.mean(similarities, axis=0)


def spread_out(
    vectors: np.ndarray, weights: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return customers one by one, each at any place of the cell that its values stand
    for: half way to the next lower and the next higher value. Otherwise there would be
    a valley between any two whole numbers.

    Args:
        vectors: (n, d) distinct values.
        weights: (n,) customers behind each vector.
        seed: of the places, and of the draw if there are more than VALLEY_CUSTOMERS.

    Returns:
        (m, d) values, and (m,) the row of `vectors` that each belongs to.
    """
    generator = np.random.default_rng(seed)
    reached = np.cumsum(weights)
    size = min(int(reached[-1]), VALLEY_CUSTOMERS)
    customers = generator.choice(int(reached[-1]), size, replace=False)
    rows = np.searchsorted(reached, customers, side="right")
    places = np.empty((len(rows), vectors.shape[1]))
    for column, values in enumerate(vectors.T):
        levels, level = np.unique(values, return_inverse=True)
        halves = np.diff(levels, append=levels[-1], prepend=levels[0]) / 2
        if len(levels) > 1:  # the outer cells reach as far out as in
            halves[0], halves[-1] = halves[1], halves[-2]
        lowest, highest = levels - halves[:-1], levels + halves[1:]
        mine = level[rows]
        widths = (highest - lowest)[mine]
        places[:, column] = lowest[mine] + widths * generator.random(len(rows))
    return places, rows


def dip(values: np.ndarray) -> float:
    """Return the largest difference of cumulated shares between the values and the
    nearest distribution with one mode.

    Hartigan and Hartigan (1985), "The dip test of unimodality", with the algorithm of
    Hartigan (1985), AS 217: between the greatest convex minorant of the shares and
    their least concave majorant lies the mode, in an interval that is narrowed down.

    Args:
        values: (n,) numbers, at least one.
    """
    from scipy.optimize import isotonic_regression

    def hull(heights: np.ndarray, *, convex: bool) -> np.ndarray:
        slopes = np.diff(heights) / widths
        slopes = isotonic_regression(slopes, weights=widths, increasing=convex).x
        return heights[0] + np.append(0, np.cumsum(slopes * widths))

    levels, counts = np.unique(values, return_counts=True)
    reached = np.cumsum(counts) / len(values)
    below = reached - counts / len(values)
    largest, tolerance = 1 / len(values), 1e-12
    while len(levels) > 1:
        widths = np.diff(levels)
        minorant, majorant = hull(below, convex=True), hull(reached, convex=False)
        between = majorant - minorant
        low = np.flatnonzero(below - minorant <= tolerance)
        high = np.flatnonzero(majorant - reached <= tolerance)
        left, right = low[between[low].argmax()], high[between[high].argmax()]
        apart = max(between[left], between[right])
        if between[left] >= between[right]:
            right = high[np.searchsorted(high, left)]
        else:
            left = low[np.searchsorted(low, right, side="right") - 1]
        if apart <= largest + tolerance:
            break
        outside = [(reached - minorant)[: left + 1], (majorant - below)[right:]]
        largest = max(largest, *(part.max() for part in outside))
        if right - left == len(levels) - 1:
            break
        mode = slice(left, right + 1)
        levels, below, reached = levels[mode], below[mode], reached[mode]
    return float(largest / 2)


def smallest_valley(
    places: np.ndarray, rows: np.ndarray, labels: np.ndarray, centroids: np.ndarray
) -> float:
    """Return how clear the valley is between the two segments where it is least clear:
    the dip of their customers along the line through their centroids, over what it
    must be for a valley at a level of 5 %. From 1 on there is one between every two.

    Two halves of one group have no valley between them, whatever its form, as long as
    it has one mode; two groups have one also where they overlap a little. Tantrum,
    Murua and Stuetzle (2003), "Assessment and pruning of hierarchical model based
    clustering", join groups by this test. All pairs have to pass, so many pairs need no
    correction of the level (Berger, 1982). Customers with the same values may be copies
    of one: they count as Kish's (1965) effective number of vectors.

    Args:
        places: (m, d) customers, from `spread_out`.
        rows: (m,) the vector that each belongs to.
        labels: (n,) the segments of the vectors, 0..k-1.
        centroids: (k, d).
    """
    segments = labels[rows]
    smallest = np.inf
    for second in range(len(centroids)):
        for first in range(second):
            pair = (segments == first) | (segments == second)
            if not pair.any():
                return 0.0
            along = places[pair] @ (centroids[second] - centroids[first])
            alike = np.bincount(rows[pair])
            needed = CRITICAL_DIP * np.sqrt((alike**2).sum()) / alike.sum()
            smallest = min(smallest, dip(along) / needed)
    return float(smallest)


def candidates(
    vectors: np.ndarray,
    weights: np.ndarray,
    feature_weights: np.ndarray,
    settings: dict,
    customers: int,
) -> list[dict]:
    """Return one row per number of clusters: metrics and centroids.

    Args:
        vectors: (n, d) distinct standardized values.
        weights: (n,) customers behind each vector.
        feature_weights: (d,) weight of each feature in the squared distance.
        settings: the segmentation's row of int_segmentations.
        customers: how many there are, of whom the vectors may be a sample.

    Raises:
        ValueError: there are too few distinct vectors for the clusters asked for.
    """
    import sklearn.cluster  # noqa: F401  only thread pools that are loaded are limited
    from threadpoolctl import threadpool_limits

    name = settings["segmentation"]
    fewest, seed = settings["minimum_clusters"], settings["seed"]
    most = min(settings["maximum_clusters"], len(vectors))
    if most < fewest:
        sampled = int(weights.sum())
        drawn = f" ({sampled} of them, as segmentation_training says)"
        raise ValueError(
            f"The segmentation {name} asks for {fewest} clusters or more, but its "
            f"customers{drawn if sampled < customers else ''} have only {len(vectors)} "
            "different feature vectors, and each cluster needs one of its own. "
            "Add a feature, ask for fewer clusters, or take the groups as they are: "
            "`by` an attribute."
        )
    root = np.sqrt(feature_weights)
    scaled = vectors * root
    largest = np.abs(vectors).max(axis=0)
    unit = 2.0 ** np.ceil(np.log2(np.where(largest > 0, largest, 1)))
    rows, labelings = [], []
    places, vector_of = spread_out(scaled, weights, seed)
    # One thread: with more, the last bits depend on how busy the machine is.
    with threadpool_limits(1):
        for clusters in range(fewest, most + 1):
            centroids = fit(scaled, weights, clusters, settings["restarts"], seed)
            to_centroids = distances(scaled, centroids)
            labels = to_centroids.argmin(axis=1)
            within = inertia(to_centroids, weights)
            overall, of_segments = stability(scaled, weights, labels, clusters, seed)
            row = {
                "segmentation": name,
                "clusters": clusters,
                "customers": customers,
                "training_customers": int(weights.sum()),
                "vectors": len(vectors),
                "inertia": within,
                "simplified_silhouette": simplified_silhouette(to_centroids, weights),
                "davies_bouldin": davies_bouldin(
                    to_centroids, labels, weights, centroids
                ),
                "calinski_harabasz": calinski_harabasz(
                    within, scaled, weights, clusters
                ),
                "stability": overall,
                "smallest_share": float(
                    np.bincount(labels, weights, clusters).min() / weights.sum()
                ),
                "centroids": (
                    ((centroids / root) / unit).round(CENTROID_DECIMALS) * unit
                ).tolist(),
                "segment_stability": [significant(value) for value in of_segments],
                "smallest_valley": smallest_valley(
                    places, vector_of, labels, centroids
                ),
            }
            print(
                f"{name}: k = {clusters}, simplified silhouette "
                f"{row['simplified_silhouette']:.3f}, stability {row['stability']:.2f}",
                flush=True,
            )
            rows.append(row)
            labelings.append(labels)
        add_silhouettes(rows, scaled, weights, labelings, seed)
    return [rounded(row) for row in rows]


def significant(value: float) -> float:
    """Return the value rounded to SIGNIFICANT_DIGITS."""
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}")


def rounded(row: dict) -> dict:
    """Return the row with its figures rounded to SIGNIFICANT_DIGITS."""
    return {
        key: significant(value) if isinstance(value, float) else value
        for key, value in row.items()
    }


def add_silhouettes(
    rows: list[dict],
    vectors: np.ndarray,
    weights: np.ndarray,
    labelings: list[np.ndarray],
    seed: int,
) -> None:
    """Add the silhouette to each row, with its standard error: exact up to
    SILHOUETTE_VECTORS vectors, beyond that of SILHOUETTE_SAMPLE, stratified by segment.

    The vectors may themselves be a sample: the error is that of all customers then.
    """
    exact = len(vectors) <= SILHOUETTE_VECTORS
    if exact:
        results = silhouette_values(vectors, weights, labelings)
    for index, (row, labels) in enumerate(zip(rows, labelings, strict=True)):
        if exact:
            sample, (values, influences) = np.arange(len(vectors)), results[index]
        else:
            sample = stratified(labels, SILHOUETTE_SAMPLE, seed)
            ((values, influences),) = silhouette_values(
                vectors[sample], weights[sample], [labels[sample]]
            )
        sizes = np.bincount(labels)
        seen = row["training_customers"] / row["customers"]
        row |= {
            "silhouette": float(np.average(values, weights=weights[sample])),
            # Efron (1982), the infinitesimal jackknife: whoever is drawn counts twice,
            # by a silhouette and by what that does to those of others
            "silhouette_standard_error": stratified_standard_error(
                values + influences,
                weights[sample],
                labels[sample],
                np.bincount(labels, weights) / weights.sum(),
                seen * np.bincount(labels[sample]) / sizes,
            ),
            "silhouette_vectors": len(sample),
        }


def as_relation(session: DuckDBPyConnection, rows: list[dict]) -> DuckDBPyRelation:
    """Return the rows as a relation with the types of SCHEMA, also when empty."""
    finite = [
        {key: None if value != value else value for key, value in row.items()}
        for row in rows
    ]
    return session.sql(
        "select line.* from (select unnest(from_json("
        f"'{json.dumps(finite)}', '{json.dumps([SCHEMA])}')) as line)"
    )


def records(relation: DuckDBPyRelation) -> list[dict]:
    """Return a small relation as a list of dictionaries."""
    return [
        dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()
    ]


def model(dbt, session: DuckDBPyConnection) -> DuckDBPyRelation:
    """Return one row per K-means segmentation and number of clusters."""
    dbt.config(materialized="table")
    training = dbt.ref("customer_segmentation", "int_training_vectors")
    features = records(
        dbt.ref("customer_segmentation", "int_segmentation_features").order("position")
    )
    segmentations = records(
        dbt.ref("customer_segmentation", "int_segmentations").filter("kind = 'kmeans'")
    )
    earlier = []
    if session.sql(
        f"from information_schema.tables where table_catalog = '{dbt.this.database}' "
        f"and table_schema = '{dbt.this.schema}' "
        f"and table_name = '{dbt.this.identifier}'"
    ).fetchall():
        earlier = records(session.sql(f"select * from {dbt.this}"))

    due = {
        row["segmentation"]: row
        for row in records(dbt.ref("customer_segmentation", "int_fits_due"))
    }
    samples = {
        row["segmentation"]: row
        for row in records(dbt.ref("customer_segmentation", "int_training_samples"))
    }
    rows = []
    for settings in segmentations:
        name, configuration = settings["segmentation"], settings["configuration_hash"]
        mine = [row for row in features if row["segmentation"] == name]
        known = [
            row
            for row in earlier
            if (row["segmentation"], row["configuration_hash"]) == (name, configuration)
        ]
        if name not in due:  # `dbt build --empty` decides nothing
            rows += known
            continue
        columns = [f'"{row["feature"]}"' for row in mine]
        arrays = (
            training.filter(f"segmentation = '{name}' and choice_customers > 0")
            .select(", ".join([*columns, "choice_customers"]))
            .order(", ".join(columns))
            .fetchnumpy()
        )
        weights = np.asarray(arrays.pop("choice_customers"), dtype=float)
        current = due[name]["champion_fingerprint"]
        if name in samples:
            vectors = np.column_stack([np.asarray(array) for array in arrays.values()])
            sample = samples[name]
            current = fingerprint(vectors, weights, sample["checksum"])
            if current not in [row["data_fingerprint"] for row in known]:
                feature_weights = np.array([row["weight"] for row in mine])
                basis = {
                    "configuration_hash": configuration,
                    "data_fingerprint": current,
                }
                known += [
                    basis | row
                    for row in candidates(
                        vectors, weights, feature_weights, settings, sample["customers"]
                    )
                ]
        rows += [
            row | {"is_current": row["data_fingerprint"] == current} for row in known
        ]
    today = {(row["segmentation"], row["configuration_hash"]) for row in segmentations}
    rows += [
        row
        for row in earlier
        if (row["segmentation"], row["configuration_hash"]) not in today
    ]
    return as_relation(session, rows)
