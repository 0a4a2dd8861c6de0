"""The figures of a candidate equal those of scikit-learn on a table that has one row
per customer.
"""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.cluster import KMeans
from vectors import (
    GROUPS,
    inertia_of,
    labeled_vectors,
    means,
    modest,
    repeated,
    separations,
    weighted_vectors,
)

pytestmark = pytest.mark.usefixtures("one_thread")


CHECKSUM = "123456789"


@st.composite
def groups_on_a_line(draw):
    """Draw distinct whole numbers in separate groups, weights, and k."""
    offsets = st.lists(st.integers(-3, 3), min_size=1, max_size=4, unique=True)
    groups = draw(st.lists(offsets, min_size=2, max_size=5))
    values = [
        20 * place + offset for place, group in enumerate(groups) for offset in group
    ]
    values = draw(st.permutations([*values, 20 * len(groups)]))
    weights = draw(
        st.lists(st.integers(1, 9), min_size=len(values), max_size=len(values))
    )
    return (
        np.array(values, dtype=float)[:, None],
        np.array(weights, dtype=float),
        len(groups) + 1,
    )


def least_inertia(values, weights, clusters):
    """Return the lowest inertia of k segments on a line. Optimal segments on a line are
    intervals, so dynamic programming finds them.
    """
    order = np.argsort(values)
    values, weights = values[order], weights[order]
    count = len(values)

    def cost(first, last):
        mean = np.average(values[first:last], weights=weights[first:last])
        return weights[first:last] @ (values[first:last] - mean) ** 2

    best = [0.0] + [np.inf] * count
    for _ in range(clusters):
        best = [np.inf] + [
            min(best[first] + cost(first, last) for first in range(last))
            for last in range(1, count + 1)
        ]
    return best[count]


@modest
@given(weighted_vectors(), st.randoms(use_true_random=False))
def test_fingerprint_does_not_depend_on_row_order(kmeans_candidates, data, random):
    vectors, weights = data
    order = random.sample(range(len(vectors)), len(vectors))
    shuffled = kmeans_candidates.hash_vectors(vectors[order], weights[order], CHECKSUM)
    assert shuffled == kmeans_candidates.hash_vectors(vectors, weights, CHECKSUM)


@modest
@given(weighted_vectors(), st.data())
def test_fingerprint_changes_with_the_last_bit_of_any_value(
    kmeans_candidates, data, draws
):
    vectors, weights = data
    row = draws.draw(st.integers(0, len(vectors) - 1))
    column = draws.draw(st.integers(0, vectors.shape[1] - 1))
    changed = vectors.copy()
    changed[row, column] = np.nextafter(changed[row, column], np.inf)
    before = kmeans_candidates.hash_vectors(vectors, weights, CHECKSUM)
    assert kmeans_candidates.hash_vectors(changed, weights, CHECKSUM) != before


@modest
@given(weighted_vectors(), st.data())
def test_fingerprint_changes_with_any_weight(kmeans_candidates, data, draws):
    vectors, weights = data
    changed = weights.copy()
    changed[draws.draw(st.integers(0, len(weights) - 1))] += 1
    before = kmeans_candidates.hash_vectors(vectors, weights, CHECKSUM)
    assert kmeans_candidates.hash_vectors(vectors, changed, CHECKSUM) != before


def test_fingerprint_tells_which_vector_a_weight_belongs_to(kmeans_candidates):
    vectors = np.array([[0.0, 1.0], [1.0, 0.0]])
    one = kmeans_candidates.hash_vectors(vectors, np.array([1.0, 2.0]), CHECKSUM)
    assert (
        kmeans_candidates.hash_vectors(vectors, np.array([2.0, 1.0]), CHECKSUM) != one
    )


def test_fingerprint_changes_with_customers_whom_the_vectors_leave_out(
    kmeans_candidates,
):
    vectors, weights = np.eye(2), np.ones(2)
    one = kmeans_candidates.hash_vectors(vectors, weights, "1")
    assert kmeans_candidates.hash_vectors(vectors, weights, "2") != one


@modest
@given(groups_on_a_line())
def test_fit_reaches_the_exact_optimum_of_weighted_groups_on_a_line(
    kmeans_candidates, data
):
    vectors, weights, clusters = data
    assume(len(vectors) > clusters)
    centroids = kmeans_candidates.fit(vectors, weights, clusters, 10, 0)
    best = least_inertia(vectors[:, 0], weights, clusters)
    assert inertia_of(vectors, weights, centroids) == pytest.approx(best, abs=1e-9)


@modest
@given(weighted_vectors(fewest=10), st.integers(2, 6))
def test_fit_puts_every_centroid_at_the_mean_of_its_customers_in_order(
    kmeans_candidates, data, clusters
):
    vectors, weights = data
    centroids = kmeans_candidates.fit(vectors, weights, clusters, 3, 0)
    labels = separations(vectors, centroids).argmin(axis=1)
    assert centroids == pytest.approx(means(vectors, weights, labels))
    assert centroids.tolist() == sorted(centroids.tolist())


@pytest.mark.parametrize("seed", range(5))
def test_fit_of_weights_equals_scikit_learn_on_repeated_rows(
    kmeans_candidates, groups, seed
):
    vectors = groups([*GROUPS, [6, 6]], 15, 1.0, seed)
    weights = np.random.default_rng(seed).integers(1, 9, len(vectors)).astype(float)
    centroids = kmeans_candidates.fit(vectors, weights, 4, 20, seed)
    rows = repeated(vectors, weights)
    reference = KMeans(4, n_init=20, tol=0, random_state=seed + 100).fit(rows)
    assert inertia_of(vectors, weights, centroids) == pytest.approx(
        reference.inertia_, rel=1e-9
    )
    assert centroids == pytest.approx(
        np.array(sorted(reference.cluster_centers_.tolist())), abs=1e-9
    )


def test_fit_runs_until_nothing_moves_on_larger_data_too(kmeans_candidates):
    vectors = np.random.default_rng(0).uniform(size=(2000, 2))
    centroids = kmeans_candidates.fit(vectors, np.ones(2000), 8, 1, 0)
    labels = separations(vectors, centroids).argmin(axis=1)
    assert centroids == pytest.approx(means(vectors, np.ones(2000), labels), abs=1e-12)


def test_fit_finds_the_best_known_inertia_where_one_start_often_fails(
    kmeans_candidates, groups
):
    truth = [[8.0 * x, 8.0 * y] for x in range(5) for y in range(5)]
    vectors, weights = groups(truth, 8, 1.5, 1), np.ones(25 * 8)
    best = KMeans(25, init=np.array(truth), n_init=1, tol=0).fit(vectors).inertia_

    def misses(restarts):
        return [
            seed
            for seed in range(10)
            if inertia_of(
                vectors,
                weights,
                kmeans_candidates.fit(vectors, weights, 25, restarts, seed),
            )
            > best * (1 + 1e-9)
        ]

    assert len(misses(1)) >= 4
    assert misses(30) == []


@modest
@given(weighted_vectors())
def test_inertia_equals_scikit_learn_on_repeated_rows(kmeans_candidates, data):
    vectors, weights = data
    reference = KMeans(3, n_init=1, random_state=0).fit(repeated(vectors, weights))
    to_centroids = separations(vectors, reference.cluster_centers_)
    assert kmeans_candidates.inertia(to_centroids, weights) == pytest.approx(
        -reference.score(repeated(vectors, weights))
    )


def test_simplified_silhouette_of_a_table_computed_by_hand(kmeans_candidates):
    # The points 0, 1 and 4 with centroids 0 and 4 have margins of 1, 2/3 and 1.
    to_centroids = np.array([[0.0, 4.0], [1.0, 3.0], [4.0, 0.0]])
    value = kmeans_candidates.simplified_silhouette(
        to_centroids, np.array([1.0, 2.0, 3.0])
    )
    assert value == pytest.approx((1 * 1 + 2 * 2 / 3 + 3 * 1) / 6)


def test_simplified_silhouette_is_zero_on_top_of_two_centroids(kmeans_candidates):
    to_centroids = np.array([[0.0, 0.0, 5.0], [5.0, 5.0, 0.0]])
    value = kmeans_candidates.simplified_silhouette(to_centroids, np.array([3.0, 1.0]))
    assert value == 0.25


@modest
@given(weighted_vectors())
def test_simplified_silhouette_equals_sorted_distances_of_repeated_rows(
    kmeans_candidates, data
):
    vectors, weights = data
    to_centroids = separations(vectors, vectors[:4] + 0.1)
    margins = [
        (second - first) / second
        for first, second, *_ in map(sorted, repeated(to_centroids, weights))
    ]
    value = kmeans_candidates.simplified_silhouette(to_centroids, weights)
    assert value == pytest.approx(np.mean(margins))


@modest
@given(labeled_vectors())
def test_davies_bouldin_equals_scikit_learn_on_repeated_rows(kmeans_candidates, data):
    vectors, weights, labels = data
    centroids = means(vectors, weights, labels)
    value = kmeans_candidates.davies_bouldin(
        separations(vectors, centroids), labels, weights, centroids
    )
    assert value == pytest.approx(
        metrics.davies_bouldin_score(
            repeated(vectors, weights), repeated(labels, weights)
        )
    )


@modest
@given(labeled_vectors())
def test_calinski_harabasz_equals_scikit_learn_on_repeated_rows(
    kmeans_candidates, data
):
    vectors, weights, labels = data
    centroids = means(vectors, weights, labels)
    own = np.linalg.norm(vectors - centroids[labels], axis=1)
    value = kmeans_candidates.calinski_harabasz(
        float(weights @ own**2), vectors, weights, len(centroids)
    )
    assert value == pytest.approx(
        metrics.calinski_harabasz_score(
            repeated(vectors, weights), repeated(labels, weights)
        )
    )


@modest
@given(weighted_vectors(fewest=12), st.integers(2, 5))
def test_indices_of_nearest_centroids_equal_scikit_learn(
    kmeans_candidates, data, clusters
):
    vectors, weights = data
    rows = repeated(vectors, weights)
    centroids = KMeans(clusters, n_init=3, tol=0, random_state=0).fit(rows)
    centroids = centroids.cluster_centers_
    to_centroids = kmeans_candidates.distances(vectors, centroids)
    labels = to_centroids.argmin(axis=1)
    assume(np.allclose(centroids, means(vectors, weights, labels), atol=1e-12))
    within = kmeans_candidates.inertia(to_centroids, weights)
    customers = repeated(labels, weights)
    assert kmeans_candidates.davies_bouldin(
        to_centroids, labels, weights, centroids
    ) == pytest.approx(metrics.davies_bouldin_score(rows, customers))
    assert kmeans_candidates.calinski_harabasz(
        within, vectors, weights, clusters
    ) == pytest.approx(metrics.calinski_harabasz_score(rows, customers))


@pytest.mark.parametrize(
    ("within", "weights"), [(0.0, [5.0, 5.0, 5.0]), (1.0, [1.0, 0.5, 0.5])]
)
def test_calinski_harabasz_has_no_value_without_variance_or_customers(
    kmeans_candidates, within, weights
):
    vectors = np.array([[0.0], [1.0], [2.0]])
    value = kmeans_candidates.calinski_harabasz(within, vectors, np.array(weights), 2)
    assert value is None
