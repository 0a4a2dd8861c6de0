"""Customers for the tests of the Python models in models/learn: points of many shapes,
and the tables that the models read.
"""

import numpy as np
from hypothesis import assume, settings
from hypothesis import strategies as st

modest = settings(deadline=None, max_examples=40, derandomize=True)

GROUPS = [[0, 0], [6, 0], [0, 6]]
CORNERS = [[0, 0], [9, 0], [0, 9], [9, 9]]


@st.composite
def weighted_vectors(draw, fewest=6, most=40):
    """Draw distinct vectors in one to four dimensions, and customers behind each."""
    rows = draw(st.integers(fewest, most))
    generator = np.random.default_rng(draw(st.integers(0, 10_000)))
    vectors = generator.normal(size=(rows, draw(st.integers(1, 4))))
    return vectors, generator.integers(1, 6, rows).astype(float)


@st.composite
def labeled_vectors(draw):
    """Draw weighted vectors with labels 0..k-1. Every label is used."""
    vectors, weights = draw(weighted_vectors())
    clusters = draw(st.integers(2, 5))
    generator = np.random.default_rng(draw(st.integers(0, 10_000)))
    labels = generator.integers(0, clusters, len(vectors))
    labels[:clusters] = np.arange(clusters)
    return vectors, weights, labels


def repeated(array, weights):
    """Return an array with each row repeated by its weight."""
    return np.repeat(array, weights.astype(int), axis=0)


def means(vectors, weights, labels):
    """Return the weighted mean of the vectors of each label."""
    rows, customers = repeated(vectors, weights), repeated(labels, weights)
    return np.array([rows[customers == k].mean(axis=0) for k in np.unique(labels)])


def separations(vectors, centroids):
    """Return the (n, k) distances of vectors to centroids, computed one by one."""
    return np.array([[np.linalg.norm(v - c) for c in centroids] for v in vectors])


def inertia_of(vectors, weights, centroids):
    """Return the sum of squared distances to the nearest centroid."""
    return float(weights @ (separations(vectors, centroids) ** 2).min(axis=1))


def lengths(vectors, centroids, weights=1):
    """Return the (n, k) weighted distances of vectors to centroids."""
    return np.sqrt((weights * (vectors[:, None] - centroids) ** 2).sum(axis=2))


SHAPES = {
    "groups": lambda rng, n, d: (
        rng.normal(size=(n, d)) + 6 * rng.integers(0, 3, (n, 1))
    ),
    "uniform": lambda rng, n, d: rng.uniform(-2, 2, size=(n, d)),
    "skewed": lambda rng, n, d: rng.lognormal(sigma=1.5, size=(n, d)),
    "grid": lambda rng, n, d: rng.integers(-2, 3, size=(n, d)).astype(float),
    "line": lambda rng, n, d: np.outer(rng.normal(size=n), np.ones(d)),
    "islands": lambda rng, n, d: (
        rng.normal(size=(n, d)) + 1e4 * (rng.random((n, 1)) < 0.05)
    ),
    "tiny": lambda rng, n, d: rng.normal(scale=1e-3, size=(n, d)),
}


@st.composite
def shaped_vectors(draw):
    """Draw vectors of many shapes, a k, and a random generator."""
    generator = np.random.default_rng(draw(st.integers(0, 10_000)))
    rows, columns = draw(st.integers(8, 150)), draw(st.integers(1, 5))
    shape = SHAPES[draw(st.sampled_from(sorted(SHAPES)))]
    vectors = shape(generator, rows, columns)
    clusters = draw(st.integers(2, 6))
    assume(len(np.unique(vectors, axis=0)) > clusters)
    return vectors, clusters, generator


def reach_of(points):
    """Return the largest absolute value of each coordinate."""
    return np.abs(points).max(axis=0)


def plain_inertia(points, centroids):
    """Return the sum of the squared distances to the nearest centroid."""
    return (lengths(points, centroids).min(axis=1) ** 2).sum()


def measured(kmeans_refinements, kmeans_indices, customers, centroids):
    """Return the measures of the segments, and the indices of the fit."""
    last = kmeans_refinements.run_pass(customers, centroids, measure=True)
    found = kmeans_refinements.Refinement(centroids, np.arange(len(centroids)), 1, last)
    segments = kmeans_refinements.list_segments("fit", found)
    return segments, kmeans_indices.measure_fit(segments)


def fill_training(session, groups):
    """Write the tables that kmeans_candidates refers to, with two K-means segmentations
    and a grouping.

    Args:
        session: connection of an empty DuckDB.
        groups: fixture that makes groups of points.
    """
    income, score, age = groups([[0, 0, 0], [6, 0, 1], [0, 6, 2]], 12, 1.0, 9).T
    customers = np.random.default_rng(9).integers(1, 5, 36)
    session.execute(
        "create table int_training_vectors (segmentation varchar, point double[], "
        "customers bigint, choice_customers bigint)"
    )
    session.executemany(
        "insert into int_training_vectors values (?, ?, ?, ?)",
        [
            (name, row.tolist(), count, count)
            for name, points in (
                ("value", np.column_stack([income, score])),
                ("lifestyle", np.column_stack([age, income])),
            )
            for row, count in zip(points, customers.tolist(), strict=True)
        ],
    )
    session.execute("""
        create table checksums as
        from (values ('value', '17'), ('lifestyle', '4')) as listed (segmentation, sum);
        create view int_training_samples as
        select
            segmentation,
            sum(customers)::bigint as customers,
            1e0 as fit_share,
            1e0 as choice_share,
            any_value(checksums.sum) as checksum
        from int_training_vectors
        inner join checksums using (segmentation)
        group by segmentation;
        create table int_segmentations as
        from (values
            ('value', 'kmeans', 'v1', 2, 3, 5, 42),
            ('lifestyle', 'kmeans', 'l1', 2, 2, 5, 42),
            ('country', 'by', null, null, null, null, null),
        ) as listed (
            segmentation, kind, configuration_hash, minimum_clusters,
            maximum_clusters, restarts, seed
        );
        create table int_fits_due as
        select segmentation, null::varchar as champion_fingerprint
        from int_segmentations where kind = 'kmeans'
    """)
