"""The stability of a candidate is computed from weighted vectors. It agrees with a
bootstrap of a table that has one row per customer, scored with scikit-learn's indices.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.cluster import KMeans
from vectors import GROUPS, modest, repeated, separations

pytestmark = pytest.mark.usefixtures("one_thread")


@modest
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(1, 6)),
        min_size=1,
        max_size=40,
    )
)
def test_adjusted_rand_equals_scikit_learn_on_repeated_rows(
    candidate_stabilities, rows
):
    labels, others, weights = np.array(rows).T
    value = candidate_stabilities.adjusted_rand(labels, others, weights.astype(float))
    assert value == pytest.approx(
        metrics.adjusted_rand_score(
            repeated(labels, weights), repeated(others, weights)
        )
    )


def most_alike(labels, others):
    """Return, for each label, its best Jaccard score with a label of `others`."""
    return [
        max(
            metrics.jaccard_score(labels == label, others == other)
            for other in np.unique(others)
        )
        for label in np.unique(labels)
    ]


@modest
@given(st.lists(st.tuples(*[st.integers(0, 4)] * 2, st.integers(1, 9)), min_size=1))
def test_best_jaccard_equals_scikit_learn_on_repeated_rows(candidate_stabilities, rows):
    labels, others, weights = np.array(rows).T
    labels = np.unique(labels, return_inverse=True)[1]
    found = candidate_stabilities.best_jaccard(
        labels, others, weights.astype(float), labels.max() + 1
    )
    assert found.tolist() == pytest.approx(
        most_alike(repeated(labels, weights), repeated(others, weights))
    )


def stability_at(candidate_stabilities, vectors, weights, clusters):
    """Return the two stabilities of the best fit at k, and its labels."""
    model = KMeans(clusters, n_init=10, tol=0, random_state=0)
    centroids = model.fit(vectors, None, weights).cluster_centers_
    centroids = centroids[np.lexsort(centroids.T[::-1])]
    labels = separations(vectors, centroids).argmin(axis=1)
    found = candidate_stabilities.stability(vectors, weights, labels, clusters, 0)
    return *found, labels


def test_stability_is_near_one_on_separated_groups(candidate_stabilities, groups):
    vectors = groups(GROUPS, 60, 0.5, 2)
    found, of_segments, _ = stability_at(
        candidate_stabilities, vectors, np.ones(180), 3
    )
    assert found > 0.99
    assert of_segments == pytest.approx(np.ones(3), abs=0.01)


def test_stability_is_clearly_lower_for_many_clusters_of_one_gaussian(
    candidate_stabilities, groups
):
    vectors = groups([[0, 0, 0]], 200, 1.0, 2)
    found, of_segments, _ = stability_at(
        candidate_stabilities, vectors, np.ones(200), 8
    )
    assert 0.1 < found < 0.6
    assert of_segments.max() < 0.75
    assert len(of_segments) == 8


def test_stability_tells_the_group_apart_from_the_cut_cloud(
    candidate_stabilities, groups
):
    vectors = np.vstack([groups([[20, 0]], 40, 0.5, 4), groups([[0, 0]], 90, 1.5, 5)])
    _, of_segments, labels = stability_at(
        candidate_stabilities, vectors, np.ones(130), 3
    )
    group = labels[0]
    assert of_segments[group] == 1
    assert max(np.delete(of_segments, group)) < 0.9


@pytest.mark.parametrize("heavy", [1, 40])
def test_stability_equals_a_bootstrap_of_repeated_rows(
    candidate_stabilities, groups, heavy
):
    # Two groups in a cloud without groups. If `heavy`, the two groups have many
    # customers.
    vectors = np.vstack(
        [groups([[4, 0], [-4, 0]], 6, 0.3, 4), groups([[0, 0]], 60, 1.5, 5)]
    )
    weights = np.repeat([float(heavy), 1.0], [12, 60])
    generator = np.random.default_rng(8)
    found, of_segments, labels = stability_at(
        candidate_stabilities, vectors, weights, 3
    )
    rows, customers = repeated(vectors, weights), repeated(labels, weights)
    scores, similarities = [], []
    for bootstrap in range(60):
        drawn = rows[generator.integers(0, len(rows), len(rows))]
        again = KMeans(3, n_init=3, tol=0, random_state=bootstrap).fit(drawn)
        scores.append(metrics.adjusted_rand_score(customers, again.predict(rows)))
        similarities.append(most_alike(customers, again.predict(rows)))
    error = np.std(scores) * np.sqrt(1 / 20 + 1 / 60)
    assert found == pytest.approx(np.mean(scores), abs=3 * error)
    assert error < 0.06
    errors = np.std(similarities, axis=0) * np.sqrt(1 / 20 + 1 / 60)
    assert (np.abs(of_segments - np.mean(similarities, axis=0)) <= 3 * errors).all()
    assert max(errors) < 0.06


def test_a_resample_has_all_customers_up_to_the_limit(
    candidate_stabilities, groups, monkeypatch
):
    sizes = set()

    def observed(vectors, weights, *arguments, **options):
        sizes.add(weights.sum())
        return fit(vectors, weights, *arguments, **options)

    fit = candidate_stabilities.fit_nearly
    monkeypatch.setattr(candidate_stabilities, "fit_nearly", observed)
    vectors, labels = groups(GROUPS, 60, 1.5, 2), np.repeat([0, 1, 2], 60)
    limit = candidate_stabilities.BOOTSTRAP_CUSTOMERS
    for heavy, drawn in ((1, 180), (27, 4860), (1000, limit)):
        sizes.clear()
        candidate_stabilities.stability(vectors, np.full(180, heavy), labels, 3, 0)
        assert sizes == {drawn}


def test_stability_is_zero_where_no_resample_has_enough_vectors(candidate_stabilities):
    vectors = np.array([[0.0], [1.0], [2.0]])
    found, of_segments = candidate_stabilities.stability(
        vectors, np.array([1e9, 1.0, 1.0]), np.array([0, 1, 2]), 3, 0
    )
    assert found == 0
    assert of_segments.tolist() == [0, 0, 0]
