"""The indices of a fit equal those of NumPy and scikit-learn."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from sklearn import metrics
from sklearn.cluster import KMeans
from vectors import (
    CORNERS,
    lengths,
    measured,
    modest,
    reach_of,
    shaped_vectors,
)

pytestmark = pytest.mark.usefixtures("one_thread")


def test_figures_of_a_table_computed_by_hand(
    kmeans_refinements, kmeans_indices, customers_of
):
    # Feature b has weight 4, so its coordinates are multiplied by 2.
    root = np.array([1.0, 2.0])
    vectors = np.array([[0.0, 3.0], [4.0, 0.0], [0.0, 0.0], [10.0, 1.0]])
    segments, fit = measured(
        kmeans_refinements,
        kmeans_indices,
        customers_of(vectors * root),
        np.array([[0.0, 0.0], [10.0, 0.0], [99.0, 99.0]]) * root,
    )
    assert [
        (row["customers"], row["distances"], row["largest_distance"])
        for row in segments
    ] == [(3, 10, 6), (1, 2, 2), (0, None, None)]
    assert (fit["customers"], fit["inertia"]) == (4, 6**2 + 4**2 + 0 + 2**2)
    # Distances to the next centroid: root of 10² + 6², 6, 10, root of 10² + 2².
    margins = [1 - 6 / 136**0.5, 1 - 4 / 6, 1, 1 - 2 / 104**0.5]
    assert fit["simplified_silhouette"] == pytest.approx(sum(margins) / 4)
    assert fit["davies_bouldin"] == pytest.approx((10 / 3 + 2) / 10)
    # The segments have the means (4/3, 1) and (10, 1). The mean of all customers is
    # (3.5, 1).
    between = 3 * (3.5 - 4 / 3) ** 2 + (10 - 3.5) ** 2
    within = (2 * (4 / 3) ** 2 + (8 / 3) ** 2) + 4 * (2**2 + 1 + 1)
    assert fit["calinski_harabasz"] == pytest.approx(between / within * 2 / 1)


def test_a_customer_on_two_centroids_at_once_has_no_margin(
    kmeans_refinements, kmeans_indices, customers_of
):
    _, fit = measured(
        kmeans_refinements,
        kmeans_indices,
        customers_of(np.array([[0.0], [8.0]])),
        np.array([[0.0], [0.0], [8.0]]),
    )
    assert fit["simplified_silhouette"] == 0.5


@settings(modest, max_examples=60)
@given(shaped_vectors())
def test_figures_equal_numpy(kmeans_refinements, kmeans_indices, customers_of, data):
    vectors, clusters, generator = data
    centroids = generator.choice(np.unique(vectors, axis=0), clusters, replace=False)
    centroids += generator.uniform(1e-6, 1e-4, centroids.shape)
    customers = customers_of(vectors, reach=reach_of(vectors) + 1e-4)
    segments, fit = measured(kmeans_refinements, kmeans_indices, customers, centroids)
    distances = lengths(vectors, centroids)
    nearest, following = np.sort(distances)[:, :2].T
    labels = distances.argmin(axis=1)
    assert fit["customers"] == len(vectors)
    assert fit["inertia"] == pytest.approx((nearest**2).sum(), rel=1e-9)
    assert fit["simplified_silhouette"] == pytest.approx(
        np.mean(1 - nearest / following)
    )
    assert [segment["customers"] for segment in segments] == [
        (labels == slot).sum() for slot in range(clusters)
    ]
    for slot in set(labels):
        mine = nearest[labels == slot]
        assert segments[slot]["distances"] == pytest.approx(mine.sum())
        assert segments[slot]["largest_distance"] == pytest.approx(mine.max())


@settings(modest, max_examples=60)
@given(shaped_vectors())
def test_indices_equal_scikit_learn(
    kmeans_refinements, kmeans_indices, customers_of, data
):
    vectors, clusters, _ = data
    reference = KMeans(clusters, n_init=1, tol=0, random_state=0).fit(vectors)
    assume(len(np.unique(reference.labels_)) == clusters)
    customers = customers_of(vectors, reach=reach_of(vectors) * (1 + 1e-9))
    _, fit = measured(
        kmeans_refinements, kmeans_indices, customers, reference.cluster_centers_
    )
    assert fit["inertia"] == pytest.approx(reference.inertia_, rel=1e-7)
    labels = reference.labels_
    assert fit["davies_bouldin"] == pytest.approx(
        metrics.davies_bouldin_score(vectors, labels), rel=1e-6
    )
    assert fit["calinski_harabasz"] == pytest.approx(
        metrics.calinski_harabasz_score(vectors, labels), rel=1e-6
    )


@pytest.mark.parametrize("scale", [1e-12, 1e12])
@pytest.mark.parametrize("offset", [0, 1e4])
def test_a_fit_is_that_of_any_magnitude(
    kmeans_refinements, kmeans_indices, customers_of, groups, scale, offset
):
    vectors = groups(CORNERS, 100, 1.5, 8)
    start = np.array(CORNERS) + 1.0
    reference = KMeans(4, init=start, n_init=1, tol=0).fit(vectors)
    customers = customers_of((vectors + offset) * scale)
    found = kmeans_refinements.refine(
        customers, (start + offset) * scale, reference.inertia_ * scale**2
    )
    assert found.passes < 12
    assert found.centroids / scale - offset == pytest.approx(
        np.array(sorted(reference.cluster_centers_.tolist())), abs=1e-3
    )
    _, fit = measured(kmeans_refinements, kmeans_indices, customers, found.centroids)
    labels = reference.labels_
    assert fit["inertia"] / scale**2 == pytest.approx(reference.inertia_, rel=1e-6)
    assert fit["davies_bouldin"] == pytest.approx(
        metrics.davies_bouldin_score(vectors, labels), rel=1e-3
    )
    assert fit["calinski_harabasz"] == pytest.approx(
        metrics.calinski_harabasz_score(vectors, labels), rel=1e-5
    )
