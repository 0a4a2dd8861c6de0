"""The figures by which k is chosen: each equals scikit-learn on customers written out
one by one, and the same customers give the same rows to the last bit.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from sklearn import metrics
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_info, threadpool_limits

pytestmark = pytest.mark.usefixtures("one_thread")
modest = settings(deadline=None, max_examples=40, derandomize=True)

GROUPS = [[0, 0], [6, 0], [0, 6]]
CHECKSUM = "123456789"
SETTINGS = {
    "segmentation": "value",
    "minimum_clusters": 2,
    "maximum_clusters": 4,
    "restarts": 10,
    "seed": 7,
}


@st.composite
def weighted_vectors(draw, fewest=6, most=40):
    """Distinct vectors in one to four dimensions, and customers behind each."""
    rows = draw(st.integers(fewest, most))
    generator = np.random.default_rng(draw(st.integers(0, 10_000)))
    vectors = generator.normal(size=(rows, draw(st.integers(1, 4))))
    return vectors, generator.integers(1, 6, rows).astype(float)


@st.composite
def labeled_vectors(draw):
    """Weighted vectors with labels 0..k-1, of which every one is used."""
    vectors, weights = draw(weighted_vectors())
    clusters = draw(st.integers(2, 5))
    generator = np.random.default_rng(draw(st.integers(0, 10_000)))
    labels = generator.integers(0, clusters, len(vectors))
    labels[:clusters] = np.arange(clusters)
    return vectors, weights, labels


@st.composite
def groups_on_a_line(draw):
    """Distinct whole numbers in groups apart from each other, weights, and k."""
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


def repeated(array, weights):
    """Return every row as often as its weight says."""
    return np.repeat(array, weights.astype(int), axis=0)


def means(vectors, weights, labels):
    """Return the weighted mean of the vectors of each label."""
    rows, customers = repeated(vectors, weights), repeated(labels, weights)
    return np.array([rows[customers == k].mean(axis=0) for k in np.unique(labels)])


def separations(vectors, centroids):
    """Return the distances of vectors to centroids, one by one."""
    return np.array([[np.linalg.norm(v - c) for c in centroids] for v in vectors])


def inertia_of(vectors, weights, centroids):
    """Return the sum of squared distances to the nearest centroid."""
    return float(weights @ (separations(vectors, centroids) ** 2).min(axis=1))


def least_inertia(values, weights, clusters):
    """Return the lowest inertia of k segments of a line, by dynamic programming:
    optimal segments of a line are intervals.
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


# fingerprint, canonical


@modest
@given(weighted_vectors(), st.randoms(use_true_random=False))
def test_fingerprint_does_not_depend_on_row_order(kmeans_candidates, data, random):
    vectors, weights = data
    order = random.sample(range(len(vectors)), len(vectors))
    shuffled = kmeans_candidates.fingerprint(vectors[order], weights[order], CHECKSUM)
    assert shuffled == kmeans_candidates.fingerprint(vectors, weights, CHECKSUM)


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
    before = kmeans_candidates.fingerprint(vectors, weights, CHECKSUM)
    assert kmeans_candidates.fingerprint(changed, weights, CHECKSUM) != before


@modest
@given(weighted_vectors(), st.data())
def test_fingerprint_changes_with_any_weight(kmeans_candidates, data, draws):
    vectors, weights = data
    changed = weights.copy()
    changed[draws.draw(st.integers(0, len(weights) - 1))] += 1
    before = kmeans_candidates.fingerprint(vectors, weights, CHECKSUM)
    assert kmeans_candidates.fingerprint(vectors, changed, CHECKSUM) != before


def test_fingerprint_tells_which_vector_a_weight_belongs_to(kmeans_candidates):
    vectors = np.array([[0.0, 1.0], [1.0, 0.0]])
    one = kmeans_candidates.fingerprint(vectors, np.array([1.0, 2.0]), CHECKSUM)
    assert kmeans_candidates.fingerprint(vectors, np.array([2.0, 1.0]), CHECKSUM) != one


def test_fingerprint_changes_with_customers_whom_the_vectors_leave_out(
    kmeans_candidates,
):
    vectors, weights = np.eye(2), np.ones(2)
    one = kmeans_candidates.fingerprint(vectors, weights, "1")
    assert kmeans_candidates.fingerprint(vectors, weights, "2") != one


@modest
@given(
    st.lists(st.tuples(*[st.integers(-2, 2).map(float)] * 3), min_size=1, max_size=12)
)
def test_canonical_order_is_that_of_sorted_tuples(kmeans_candidates, centroids):
    ordered = kmeans_candidates.canonical(np.array(centroids))
    assert list(map(tuple, ordered.tolist())) == sorted(centroids)


# fit, inertia


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


# silhouettes


def silhouettes(kmeans_candidates, vectors, weights, labelings):
    """Return the mean silhouette of each labeling."""
    return [
        np.average(values, weights=weights)
        for values, _ in kmeans_candidates.silhouette_values(
            vectors, weights, labelings
        )
    ]


def test_simplified_silhouette_of_a_table_computed_by_hand(kmeans_candidates):
    # Points 0, 1 and 4, centroids 0 and 4: margins 1, 2/3 and 1.
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
def test_silhouette_equals_scikit_learn_on_repeated_rows(kmeans_candidates, data):
    vectors, weights, labels = data
    reference = metrics.silhouette_score(
        repeated(vectors, weights), repeated(labels, weights)
    )
    assert silhouettes(kmeans_candidates, vectors, weights, [labels]) == pytest.approx(
        [reference]
    )


@modest
@given(labeled_vectors())
def test_silhouette_values_equal_scikit_learn_on_repeated_rows(kmeans_candidates, data):
    vectors, weights, labels = data
    reference = metrics.silhouette_samples(
        repeated(vectors, weights), repeated(labels, weights)
    )
    ((values, _),) = kmeans_candidates.silhouette_values(vectors, weights, [labels])
    # scikit-learn's distance of a customer to itself is not quite zero.
    assert repeated(values, weights) == pytest.approx(reference, abs=1e-7)


@modest
@given(labeled_vectors())
def test_influences_are_what_a_little_weight_more_does_to_the_other_silhouettes(
    kmeans_candidates, data
):
    vectors, weights, labels = data
    ((_, influences),) = kmeans_candidates.silhouette_values(vectors, weights, [labels])

    def total(change):
        found, _ = kmeans_candidates.silhouette_values(
            vectors, weights + change, [labels]
        )[0]
        return weights @ found

    for row in range(3):
        little = 1e-6 * (np.arange(len(weights)) == row)
        slope = (total(little) - total(-little)) / 2e-6
        # A silhouette has a corner where a is b, and one of a single customer jumps.
        assume(weights @ (labels == labels[row]) > 2)
        assert influences[row] == pytest.approx(slope, rel=1e-4, abs=1e-6)


def several_labelings():
    generator = np.random.default_rng(3)
    vectors = generator.normal(size=(30, 2))
    weights = generator.integers(1, 5, 30).astype(float)
    labelings = [generator.integers(0, k, 30) for k in (2, 3, 6)]
    references = [
        metrics.silhouette_score(repeated(vectors, weights), repeated(labels, weights))
        for labels in labelings
    ]
    return vectors, weights, labelings, references


@pytest.mark.parametrize("chunk", [1, 7, 29, 30, 31])
def test_silhouettes_of_several_labelings_do_not_depend_on_the_chunk(
    kmeans_candidates, monkeypatch, chunk
):
    vectors, weights, labelings, references = several_labelings()
    monkeypatch.setattr(kmeans_candidates, "CHUNK", chunk)
    values = silhouettes(kmeans_candidates, vectors, weights, labelings)
    assert values == pytest.approx(references)


def test_silhouette_of_a_single_customer_in_a_segment_is_zero(kmeans_candidates):
    vectors = np.array([[0.0], [1.0], [9.0]])
    values = silhouettes(
        kmeans_candidates,
        vectors,
        np.ones(3),
        [np.array([0, 0, 1]), np.array([0, 1, 1])],
    )
    # (9 - 1) / 9 and (8 - 1) / 8; then (1 - 8) / 8 and (9 - 8) / 9.
    assert values == pytest.approx([(8 / 9 + 7 / 8) / 3, (-7 / 8 + 1 / 9) / 3])


def test_silhouette_passes_over_an_unused_label(kmeans_candidates):
    vectors = np.array([[0.0], [1.0], [8.0], [9.0]])
    gap, plain = silhouettes(
        kmeans_candidates,
        vectors,
        np.ones(4),
        [np.array([0, 0, 2, 2]), np.array([0, 0, 1, 1])],
    )
    assert gap == plain == metrics.silhouette_score(vectors, [0, 0, 1, 1])


@modest
@given(st.integers(0, 10_000), st.integers(2, 6), st.integers(10, 300))
def test_stratified_keeps_shares_and_at_least_two_of_each(
    kmeans_candidates, seed, clusters, size
):
    generator = np.random.default_rng(seed)
    labels = generator.choice(clusters, 600, p=generator.dirichlet(np.ones(clusters)))
    sample = kmeans_candidates.stratified(labels, size, seed)
    assert list(sample) == sorted(set(sample))
    for label, members in zip(*np.unique(labels, return_counts=True), strict=True):
        taken = int((labels[sample] == label).sum())
        assert taken >= min(2, members)
        assert taken <= 2 or abs(taken - size * members / 600) <= 0.5


def test_stratified_draws_members_at_random_by_seed(kmeans_candidates):
    labels = np.repeat([0, 1], 500)
    first, again, other = (
        kmeans_candidates.stratified(labels, 100, seed).tolist() for seed in (1, 1, 2)
    )
    assert first == again != other
    # The mean place within the label: 250, with a standard error of about 20.
    assert 170 < np.mean([index % 500 for index in first]) < 330


def test_standard_error_of_a_table_computed_by_hand(kmeans_candidates):
    # Weighted means 3 and 1, variances (4 + 0 + 4) / 4 = 2 and (3 + 9) / 4 = 3.
    error = kmeans_candidates.stratified_standard_error(
        np.array([1.0, 3.0, 5.0, 0.0, 4.0]),
        np.array([1.0, 2.0, 1.0, 3.0, 1.0]),
        np.array([0, 0, 0, 1, 1]),
        np.array([0.75, 0.25]),
        np.array([0.5, 0.2]),
    )
    squares = 0.75**2 * 0.5 * 2 / (3 - 1) + 0.25**2 * 0.8 * 3 / (2 - 1)
    assert error == pytest.approx(np.sqrt(squares))


def test_standard_error_equals_that_of_scipy_for_one_large_stratum(kmeans_candidates):
    from scipy.stats import sem

    values = np.random.default_rng(0).normal(size=50)
    error = kmeans_candidates.stratified_standard_error(
        values, np.ones(50), np.zeros(50, dtype=int), np.ones(1), np.zeros(1)
    )
    assert error == pytest.approx(sem(values))


@pytest.mark.parametrize(
    ("values", "sampled"), [([1, 2, 3, 9], 1), ([4, 4, 8, 8], 0.5), ([1, 1, 1, 2], 0)]
)
def test_standard_error_is_zero_where_chance_has_no_part(
    kmeans_candidates, values, sampled
):
    # Of all members; of strata of equal members; of a stratum with one member.
    labels = np.array([0, 0, 1, 1] if sampled else [0, 0, 0, 1])
    error = kmeans_candidates.stratified_standard_error(
        np.array(values, dtype=float),
        np.ones(4),
        labels,
        np.array([0.5, 0.5]),
        np.full(2, float(sampled)),
    )
    assert error == 0


@pytest.mark.parametrize("heaviest", [1, 3])
def test_standard_error_is_the_spread_of_stratified_samples(
    kmeans_candidates, groups, monkeypatch, heaviest
):
    vectors = groups([*GROUPS, [1.5, 1.5]], 750, 1.5, 5)
    weights = np.random.default_rng(5).integers(1, heaviest + 1, 3000).astype(float)
    labels = separations(vectors, np.array(GROUPS)).argmin(axis=1)
    monkeypatch.setattr(kmeans_candidates, "SILHOUETTE_VECTORS", 400)
    monkeypatch.setattr(kmeans_candidates, "SILHOUETTE_SAMPLE", 400)
    figures, errors = [], []
    for seed in range(60):
        row = {"customers": weights.sum(), "training_customers": weights.sum()}
        kmeans_candidates.add_silhouettes([row], vectors, weights, [labels], seed)
        figures.append(row["silhouette"])
        errors.append(row["silhouette_standard_error"])
    # The deviation of 60 draws is itself known to 9 %.
    assert 0.75 < np.mean(errors) / np.std(figures) < 1.35
    assert np.std(errors) < 0.2 * np.mean(errors)


def test_standard_error_of_a_sample_of_the_customers_is_that_of_the_jackknife(
    kmeans_candidates, groups
):
    vectors = groups(GROUPS, 40, 1.5, 5)
    labels = separations(vectors, np.array(GROUPS)).argmin(axis=1)
    sizes = np.bincount(labels)

    def without(row):
        kept = np.arange(120) != row
        values = metrics.silhouette_samples(vectors[kept], labels[kept])
        return sum(
            size / 120 * values[labels[kept] == label].mean()
            for label, size in enumerate(sizes)
        )

    left_out = np.array([without(row) for row in range(120)])
    variance = sum(
        (size - 1) ** 2 / size * left_out[labels == label].var(ddof=1)
        for label, size in enumerate(sizes)
    )

    def error_of(customers):
        row = {"customers": customers, "training_customers": 120}
        kmeans_candidates.add_silhouettes([row], vectors, np.ones(120), [labels], 0)
        return row["silhouette_standard_error"]

    assert error_of(120) == 0
    assert error_of(160) == pytest.approx(np.sqrt(variance / 4), rel=0.05)
    assert error_of(12e9) == pytest.approx(np.sqrt(variance), rel=0.05)


def rows_with_silhouettes(kmeans_candidates, groups, limit, monkeypatch):
    vectors = groups(GROUPS, 100, 1.5, 5)
    weights = np.random.default_rng(5).integers(1, 4, 300).astype(float)
    labels = separations(vectors, np.array(GROUPS)).argmin(axis=1)
    monkeypatch.setattr(kmeans_candidates, "SILHOUETTE_VECTORS", limit)
    monkeypatch.setattr(kmeans_candidates, "SILHOUETTE_SAMPLE", 150)
    customers = {"customers": weights.sum(), "training_customers": weights.sum()}
    rows = [{"clusters": 3} | customers, {"clusters": 2} | customers]
    labelings = [labels, (labels > 0).astype(int)]
    kmeans_candidates.add_silhouettes(rows, vectors, weights, labelings, 0)
    references = [
        metrics.silhouette_score(repeated(vectors, weights), repeated(each, weights))
        for each in labelings
    ]
    return rows, references


def test_silhouette_is_exact_up_to_the_limit_and_says_so(
    kmeans_candidates, groups, monkeypatch
):
    rows, references = rows_with_silhouettes(
        kmeans_candidates, groups, 300, monkeypatch
    )
    assert [row["silhouette"] for row in rows] == pytest.approx(references)
    assert [row["silhouette_vectors"] for row in rows] == [300, 300]
    assert [row["silhouette_standard_error"] for row in rows] == [0, 0]


def test_silhouette_beyond_the_limit_is_near_and_tells_its_sample(
    kmeans_candidates, groups, monkeypatch
):
    rows, references = rows_with_silhouettes(
        kmeans_candidates, groups, 299, monkeypatch
    )
    assert [row["silhouette"] for row in rows] == pytest.approx(references, abs=0.05)
    assert [row["silhouette"] for row in rows] != pytest.approx(references, abs=1e-9)
    assert [row["silhouette_vectors"] for row in rows] == [150, 150]
    for row, reference in zip(rows, references, strict=True):
        error = row["silhouette_standard_error"]
        assert 0.005 < error < 0.03
        assert abs(row["silhouette"] - reference) < 3 * error


# davies_bouldin, calinski_harabasz, adjusted_rand


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
    assert np.isnan(value)


@modest
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(1, 6)),
        min_size=1,
        max_size=40,
    )
)
def test_adjusted_rand_equals_scikit_learn_on_repeated_rows(kmeans_candidates, rows):
    labels, others, weights = np.array(rows).T
    value = kmeans_candidates.adjusted_rand(labels, others, weights.astype(float))
    assert value == pytest.approx(
        metrics.adjusted_rand_score(
            repeated(labels, weights), repeated(others, weights)
        )
    )


# best_jaccard


def most_alike(labels, others):
    """Return the best Jaccard score of each label with any of the others."""
    return [
        max(
            metrics.jaccard_score(labels == label, others == other)
            for other in np.unique(others)
        )
        for label in np.unique(labels)
    ]


@modest
@given(st.lists(st.tuples(*[st.integers(0, 4)] * 2, st.integers(1, 9)), min_size=1))
def test_best_jaccard_equals_scikit_learn_on_repeated_rows(kmeans_candidates, rows):
    labels, others, weights = np.array(rows).T
    labels = np.unique(labels, return_inverse=True)[1]
    found = kmeans_candidates.best_jaccard(
        labels, others, weights.astype(float), labels.max() + 1
    )
    assert found.tolist() == pytest.approx(
        most_alike(repeated(labels, weights), repeated(others, weights))
    )


# stability


def stability_at(kmeans_candidates, vectors, weights, clusters):
    """Return the two stabilities of the best fit at k, and its labels."""
    centroids = kmeans_candidates.fit(vectors, weights, clusters, 10, 0)
    labels = separations(vectors, centroids).argmin(axis=1)
    found = kmeans_candidates.stability(vectors, weights, labels, clusters, 0)
    return *found, labels


def test_stability_is_near_one_on_separated_groups(kmeans_candidates, groups):
    vectors = groups(GROUPS, 60, 0.5, 2)
    found, of_segments, _ = stability_at(kmeans_candidates, vectors, np.ones(180), 3)
    assert found > 0.99
    assert of_segments == pytest.approx(np.ones(3), abs=0.01)


def test_stability_is_clearly_lower_for_many_clusters_of_one_gaussian(
    kmeans_candidates, groups
):
    vectors = groups([[0, 0, 0]], 200, 1.0, 2)
    found, of_segments, _ = stability_at(kmeans_candidates, vectors, np.ones(200), 8)
    assert 0.1 < found < 0.6
    assert of_segments.max() < 0.75
    assert len(of_segments) == 8


def test_stability_tells_the_group_apart_from_the_cut_cloud(kmeans_candidates, groups):
    vectors = np.vstack([groups([[20, 0]], 40, 0.5, 4), groups([[0, 0]], 90, 1.5, 5)])
    _, of_segments, labels = stability_at(kmeans_candidates, vectors, np.ones(130), 3)
    group = labels[0]
    assert of_segments[group] == 1
    assert max(np.delete(of_segments, group)) < 0.9


@pytest.mark.parametrize("heavy", [1, 40])
def test_stability_equals_a_bootstrap_of_repeated_rows(
    kmeans_candidates, groups, heavy
):
    # Two groups, of many customers if heavy, in a cloud where any cut is as good.
    vectors = np.vstack(
        [groups([[4, 0], [-4, 0]], 6, 0.3, 4), groups([[0, 0]], 60, 1.5, 5)]
    )
    weights = np.repeat([float(heavy), 1.0], [12, 60])
    generator = np.random.default_rng(8)
    found, of_segments, labels = stability_at(kmeans_candidates, vectors, weights, 3)
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
    kmeans_candidates, groups, monkeypatch
):
    sizes = set()

    def observed(vectors, weights, *arguments, **options):
        sizes.add(weights.sum())
        return fit(vectors, weights, *arguments, **options)

    fit = kmeans_candidates.fit
    monkeypatch.setattr(kmeans_candidates, "fit", observed)
    vectors, labels = groups(GROUPS, 60, 1.5, 2), np.repeat([0, 1, 2], 60)
    limit = kmeans_candidates.BOOTSTRAP_CUSTOMERS
    for heavy, drawn in ((1, 180), (27, 4860), (1000, limit)):
        sizes.clear()
        kmeans_candidates.stability(vectors, np.full(180, heavy), labels, 3, 0)
        assert sizes == {drawn}


def test_stability_is_zero_where_no_resample_has_enough_vectors(kmeans_candidates):
    vectors = np.array([[0.0], [1.0], [2.0]])
    found, of_segments = kmeans_candidates.stability(
        vectors, np.array([1e9, 1.0, 1.0]), np.array([0, 1, 2]), 3, 0
    )
    assert found == 0
    assert of_segments.tolist() == [0, 0, 0]


# spread_out, dip, smallest_valley


def test_customers_spread_over_the_cells_of_their_values(kmeans_candidates):
    vectors = np.array([[0.0, 5.0], [1.0, 5.0], [3.0, 5.0]])
    weights = np.array([300.0, 500.0, 700.0])

    places, rows = kmeans_candidates.spread_out(vectors, weights, seed=1)

    assert np.bincount(rows).tolist() == weights.tolist()
    assert set(places[:, 1]) == {5.0}  # a single value has no cell
    for row, (lowest, highest) in enumerate([(-0.5, 0.5), (0.5, 2), (2, 4)]):
        found = places[rows == row, 0]
        width = highest - lowest
        assert lowest <= found.min() < lowest + 0.05 * width
        assert highest - 0.05 * width < found.max() <= highest
        assert found.mean() == pytest.approx((lowest + highest) / 2, abs=0.05 * width)


def test_of_many_customers_some_are_spread_out(kmeans_candidates):
    vectors, weights = np.array([[0.0], [1.0]]), np.array([3e9, 1e9])

    places, rows = kmeans_candidates.spread_out(vectors, weights, seed=1)
    others, _ = kmeans_candidates.spread_out(vectors, weights, seed=2)

    assert places.shape == others.shape == (2_000, 1)
    assert rows.mean() == pytest.approx(0.25, abs=0.04)
    assert not np.array_equal(places, others)


def dip_by_linear_programs(values):
    """Return the dip by its definition: over every place of the mode, how near a
    distribution that is convex before it and concave after it can be.
    """
    levels, counts = np.unique(values, return_counts=True)
    reached = np.cumsum(counts) / len(values)
    below = reached - counts / len(values)
    differences = []
    for mode in range(len(levels)):
        # One variable for every level, two for the mode: below it and from it on.
        # The last one is the largest difference.
        eye = np.eye(len(levels) + 1)
        before, after = eye[: mode + 1], eye[mode + 1 :]
        rise = np.diff(before, axis=0) / np.diff(levels[: mode + 1])[:, None]
        fall = np.diff(after, axis=0) / np.diff(levels[mode:])[:, None]
        bends = [-np.diff(eye, axis=0), -np.diff(rise, axis=0), np.diff(fall, axis=0)]
        matrix = np.vstack([eye, -eye, *bends])
        far = -(np.arange(len(matrix)) < 2 * len(eye)).astype(float)
        lowest = np.concatenate([below[: mode + 1], reached[mode : mode + 1]])
        lowest = np.concatenate([lowest, below[mode + 1 :]])
        highest = np.concatenate([reached[:mode], below[mode : mode + 1]])
        highest = np.concatenate([highest, reached[mode:]])
        limits = np.zeros(len(matrix))
        limits[: 2 * len(eye)] = np.concatenate([lowest, -highest])
        found = linprog(
            np.append(np.zeros(len(eye)), 1),
            np.column_stack([matrix, far]),
            limits,
            bounds=(0, 1),
        )
        differences.append(found.fun)
    return min(differences)


@pytest.mark.parametrize("seed", range(12))
def test_dip_is_that_of_its_definition(kmeans_candidates, seed):
    generator = np.random.default_rng(seed)
    apart = generator.uniform(0, 6)
    one, other = generator.normal(size=(2, generator.integers(3, 16)))
    values = np.concatenate([one, other + apart])

    found = kmeans_candidates.dip(values)

    assert found == pytest.approx(dip_by_linear_programs(values), abs=1e-8)


def test_dip_of_values_in_a_row_and_in_two_heaps(kmeans_candidates):
    assert kmeans_candidates.dip(np.arange(50.0)) == pytest.approx(1 / 100)
    heaps = np.concatenate([np.linspace(0, 1e-6, 500), np.linspace(1, 1 + 1e-6, 500)])
    assert kmeans_candidates.dip(heaps) == pytest.approx(0.25, abs=1e-3)
    assert kmeans_candidates.dip(np.array([3.0])) == 0.5


def test_one_in_twenty_samples_without_a_valley_exceeds_the_critical_dip(
    kmeans_candidates,
):
    # The uniform distribution has the largest dips of those with one mode.
    generator = np.random.default_rng(1)
    dips = [kmeans_candidates.dip(generator.random(2_000)) for _ in range(600)]
    exceeding = np.mean(np.array(dips) > kmeans_candidates.CRITICAL_DIP / 2_000**0.5)
    assert 0.03 <= exceeding <= 0.08


def halved(values):
    """Return the labels and centroids of a cut through the middle of column 0."""
    labels = (values[:, 0] > np.median(values[:, 0])).astype(int)
    return labels, np.array([values[labels == label].mean(axis=0) for label in (0, 1)])


@pytest.mark.parametrize(
    "form",
    ["round", "stretched", "heavy tails", "uniform", "skewed", "whole numbers"],
)
def test_two_halves_of_one_group_have_no_valley(kmeans_candidates, form):
    generator = np.random.default_rng(3)
    values = generator.normal(size=(1_500, 2))
    values = {
        "round": values,
        "stretched": values * [4, 1],
        "heavy tails": generator.standard_t(3, (1_500, 2)),
        "uniform": generator.random((1_500, 2)),
        "skewed": np.exp(values),
        "whole numbers": (1.2 * values).round(),
    }[form]
    vectors, weights = np.unique(values, axis=0, return_counts=True)
    labels, centroids = halved(vectors)
    places, rows = kmeans_candidates.spread_out(vectors, weights.astype(float), 1)

    assert kmeans_candidates.smallest_valley(places, rows, labels, centroids) < 0.9


def test_two_overlapping_groups_have_a_valley(kmeans_candidates, groups):
    values = groups([[0, 0], [3.5, 0]], 750, 1.0, 3)

    valley = kmeans_candidates.smallest_valley
    assert valley(values, np.arange(1_500), *halved(values)) > 1.5


def test_copies_of_a_customer_count_as_one(kmeans_candidates, groups):
    values = groups([[0, 0], [5, 0]], 60, 1.0, 3)
    labels, centroids = halved(values)
    every = np.arange(120)
    once = kmeans_candidates.smallest_valley(values, every, labels, centroids)

    rows = np.repeat(every, 10)
    often = kmeans_candidates.smallest_valley(values[rows], rows, labels, centroids)
    counts = np.ones(120, dtype=int)
    counts[:2] = 10
    rows = np.repeat(every, counts)
    some = kmeans_candidates.smallest_valley(values[rows], rows, labels, centroids)

    assert often == pytest.approx(once)
    # 118 + 2 x 10 = 138 customers, 118 + 2 x 100 = 318: 138^2 / 318 = 59.9 vectors
    dip = kmeans_candidates.dip(values[rows] @ (centroids[1] - centroids[0]))
    assert some == pytest.approx(dip * (138**2 / 318) ** 0.5 / 0.55)


def test_smallest_valley_is_that_of_the_least_parted_pair(kmeans_candidates, groups):
    values = groups([[0, 0], [8, 0], [0, 11]], 300, 1.0, 3)
    values = values[np.random.default_rng(1).permutation(900)]
    found = KMeans(4, n_init=20, random_state=1).fit(values)
    labels, centroids = found.labels_, found.cluster_centers_
    expected = {}
    for first in range(4):
        for second in range(first):
            pair = values[np.isin(labels, [first, second])]
            line = centroids[first] - centroids[second]
            along = kmeans_candidates.dip(pair @ line)
            expected[second, first] = along * np.sqrt(len(pair)) / 0.55

    every = np.arange(900)
    smallest = kmeans_candidates.smallest_valley(values, every, labels, centroids)

    assert smallest == pytest.approx(min(expected.values()))
    assert smallest < 0.9
    assert sum(value > 3 for value in expected.values()) == 5


def test_segments_of_which_no_customer_was_drawn_have_no_valley(kmeans_candidates):
    places, rows, labels = np.array([[0.0], [9.0]]), np.array([0, 1]), [0, 0, 1, 2]
    centroids = np.array([[0.0], [20.0], [40.0]])

    valley = kmeans_candidates.smallest_valley

    assert valley(places, rows, np.array(labels), centroids) == 0


# candidates


def candidates_of(
    kmeans_candidates, vectors, weights, feature_weights, asked, customers=None
):
    """Return the candidates of all customers, or of a sample if there are more."""
    return kmeans_candidates.candidates(
        vectors, weights, feature_weights, asked, customers or int(weights.sum())
    )


def three_groups(groups):
    """Return weighted vectors around three centers."""
    vectors = groups(GROUPS, 20, 1.0, 6)
    return vectors, np.random.default_rng(6).integers(1, 5, 60).astype(float)


def test_candidates_have_every_column_but_those_of_the_model(kmeans_candidates, groups):
    vectors, weights = three_groups(groups)
    rows = candidates_of(kmeans_candidates, vectors, weights, np.ones(2), SETTINGS)
    added = {"configuration_hash", "data_fingerprint", "is_current"}
    assert [set(row) | added for row in rows] == [set(kmeans_candidates.SCHEMA)] * 3
    assert [row["clusters"] for row in rows] == [2, 3, 4]
    for row in rows:
        assert row["segmentation"] == "value"
        assert row["customers"] == row["training_customers"] == weights.sum()
        assert row["vectors"] == row["silhouette_vectors"] == 60
        assert row["silhouette_standard_error"] == 0


def test_candidates_of_a_sample_say_of_how_many_customers(kmeans_candidates, groups):
    data = (*three_groups(groups), np.ones(2), SETTINGS)
    exact = candidates_of(kmeans_candidates, *data)
    sampled = candidates_of(kmeans_candidates, *data, customers=10_000)
    for one, other in zip(exact, sampled, strict=True):
        assert other["customers"] == 10_000
        assert 0 < other["silhouette_standard_error"] < 0.1
        error = {"customers", "silhouette_standard_error"}
        assert {name: other[name] for name in set(other) - error} == {
            name: one[name] for name in set(one) - error
        }


def test_candidates_equal_scikit_learn_on_repeated_rows(kmeans_candidates, groups):
    vectors, weights = three_groups(groups)
    customers = repeated(vectors, weights)
    for row in candidates_of(kmeans_candidates, vectors, weights, np.ones(2), SETTINGS):
        reference = KMeans(row["clusters"], n_init=20, tol=0, random_state=1)
        labels = reference.fit_predict(customers)
        found = [
            row["inertia"],
            row["silhouette"],
            row["davies_bouldin"],
            row["calinski_harabasz"],
            row["smallest_share"],
        ]
        assert found == pytest.approx(
            [
                reference.inertia_,
                metrics.silhouette_score(customers, labels),
                metrics.davies_bouldin_score(customers, labels),
                metrics.calinski_harabasz_score(customers, labels),
                np.bincount(labels).min() / len(customers),
            ]
        )
        assert np.array(row["centroids"]) == pytest.approx(
            np.array(sorted(reference.cluster_centers_.tolist()))
        )


def test_candidates_list_the_stability_of_each_centroid(kmeans_candidates, groups):
    # The group that stands apart is the last of the list, as its centroid is.
    vectors = np.vstack([groups([[0, 0]], 90, 1.5, 5), groups([[20, 0]], 40, 0.5, 4)])
    rows = candidates_of(kmeans_candidates, vectors, np.ones(130), np.ones(2), SETTINGS)
    for row in rows[1:]:
        assert len(row["segment_stability"]) == row["clusters"]
        assert row["centroids"][-1][0] == pytest.approx(20, abs=0.5)
        assert row["segment_stability"][-1] == 1 > max(row["segment_stability"][:-1])


def test_candidates_single_out_the_true_number_of_groups(kmeans_candidates, groups):
    vectors, weights = three_groups(groups)
    rows = candidates_of(kmeans_candidates, vectors, weights, np.ones(2), SETTINGS)
    for figure in ("stability", "simplified_silhouette", "silhouette"):
        assert max(rows, key=lambda row: row[figure])["clusters"] == 3


def test_candidates_have_valleys_up_to_the_true_number_of_groups(
    kmeans_candidates, groups
):
    vectors, weights = three_groups(groups)
    rows = candidates_of(kmeans_candidates, vectors, weights, np.ones(2), SETTINGS)
    assert [row["smallest_valley"] >= 1 for row in rows] == [True, True, False]


def test_candidates_print_progress(kmeans_candidates, groups, capsys):
    candidates_of(kmeans_candidates, *three_groups(groups), np.ones(2), SETTINGS)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines] == [
        f"value: k = {clusters}" for clusters in (2, 3, 4)
    ]


def test_feature_weight_two_equals_a_column_twice(kmeans_candidates, groups):
    vectors, weights = three_groups(groups)
    heavy = candidates_of(
        kmeans_candidates, vectors, weights, np.array([1, 2]), SETTINGS
    )
    twice = candidates_of(
        kmeans_candidates, vectors[:, [0, 1, 1]], weights, np.ones(3), SETTINGS
    )
    for one, other in zip(heavy, twice, strict=True):
        centroids = np.array(other.pop("centroids"))[:, :2]
        assert np.array(one.pop("centroids")) == pytest.approx(centroids)
        assert one.pop("segment_stability") == pytest.approx(
            other.pop("segment_stability")
        )
        # Each column has cells of its own: other places, about the same valley.
        valleys = one.pop("smallest_valley"), other.pop("smallest_valley")
        assert valleys[0] == pytest.approx(valleys[1], rel=0.3)
        assert one == pytest.approx(other)


def test_centroids_stand_in_standardized_units_whatever_the_weights(
    kmeans_candidates, groups
):
    vectors, weights = three_groups(groups)
    factors = np.array([0.25, 9.0])
    for row in candidates_of(kmeans_candidates, vectors, weights, factors, SETTINGS):
        centroids = np.array(row["centroids"])
        labels = (factors * (vectors[:, None] - centroids) ** 2).sum(2).argmin(1)
        assert centroids == pytest.approx(means(vectors, weights, labels))


def test_figures_are_rounded_to_ten_digits_and_all_else_is_kept(kmeans_candidates):
    row = {"clusters": 12_345_678_901, "centroids": [[1 / 3]], "segmentation": "value"}
    figures = {"inertia": 1234.56789012345, "stability": 0.000123456789012345}
    found = kmeans_candidates.rounded(row | figures | {"silhouette": -2 / 3})
    assert found == row | {
        "inertia": 1234.567890,
        "stability": 0.0001234567890,
        "silhouette": -0.6666666667,
    }


def test_candidates_are_free_of_the_last_bits(kmeans_candidates, groups):
    vectors, weights = three_groups(groups)
    rows = candidates_of(kmeans_candidates, vectors, weights, np.ones(2), SETTINGS)
    again = [kmeans_candidates.rounded(row) for row in rows]
    assert json.dumps(again) == json.dumps(rows)
    centroids = np.concatenate([row["centroids"] for row in rows])
    assert (centroids.round(9) == centroids).all()
    assert not (centroids.round(8) == centroids).all()


def test_too_few_different_vectors_are_an_error_that_names_the_segmentation(
    kmeans_candidates,
):
    asked = SETTINGS | {"minimum_clusters": 4, "maximum_clusters": 5}
    with pytest.raises(ValueError, match=r"value asks for 4 .* only 3 different"):
        candidates_of(kmeans_candidates, np.eye(3), np.full(3, 9.0), np.ones(3), asked)


def test_too_few_different_vectors_in_a_sample_are_blamed_on_its_size(
    kmeans_candidates,
):
    asked = SETTINGS | {"minimum_clusters": 3}
    data = (np.eye(2), np.full(2, 9.0), np.ones(2), asked)
    with pytest.raises(
        ValueError, match=r"\(18 of them, as segmentation_training says"
    ):
        candidates_of(kmeans_candidates, *data, customers=100)
    with pytest.raises(ValueError, match="its customers have only 2 different"):
        candidates_of(kmeans_candidates, *data)


@pytest.mark.parametrize("power", [-12, 12])
def test_candidates_are_those_of_any_magnitude(kmeans_candidates, groups, power):
    vectors, weights = three_groups(groups)
    scale = 10.0**power
    usual = candidates_of(kmeans_candidates, vectors, weights, np.ones(2), SETTINGS)
    scaled = candidates_of(
        kmeans_candidates, vectors * scale, weights, np.ones(2), SETTINGS
    )
    for one, other in zip(usual, scaled, strict=True):
        centroids, expected = other.pop("centroids"), one.pop("centroids")
        # nine decimals of a power of two above the largest value
        assert np.array(centroids) / scale == pytest.approx(
            np.array(expected), abs=2e-8
        )
        assert other.pop("inertia") / scale**2 == pytest.approx(one.pop("inertia"))
        assert other.pop("segment_stability") == one.pop("segment_stability")
        assert other == pytest.approx(one)


def test_candidates_have_every_figure_in_the_most_degenerate_table(kmeans_candidates):
    # A constant feature, most customers at one place, k up to one less than places.
    asked = SETTINGS | {"maximum_clusters": 3}
    vectors = np.array([[7.0, 0.0], [7.0, 1.0], [7.0, 1.0 + 1e-9], [7.0, 5.0]])
    rows = candidates_of(
        kmeans_candidates, vectors, np.array([1e7, 1, 1, 1]), np.ones(2), asked
    )
    assert [row["clusters"] for row in rows] == [2, 3]
    assert rows[1]["inertia"] == pytest.approx(5e-19)
    for row in rows:
        for name, value in row.items():
            if name != "segmentation":
                assert np.isfinite(value).all(), name


def test_largest_k_is_that_of_the_different_vectors(kmeans_candidates):
    asked = SETTINGS | {"maximum_clusters": 10}
    rows = candidates_of(
        kmeans_candidates, np.eye(5), np.full(5, 9.0), np.ones(5), asked
    )
    assert [row["clusters"] for row in rows] == [2, 3, 4, 5]
    last = rows[-1]
    assert last["inertia"] == pytest.approx(0, abs=1e-25)
    assert last["simplified_silhouette"] == last["silhouette"] == 1
    assert last["stability"] == 1


def test_fits_run_on_one_thread(kmeans_candidates, groups, monkeypatch):
    threads = []

    def observed(*arguments, **options):
        threads.extend(pool["num_threads"] for pool in threadpool_info())
        return fit(*arguments, **options)

    fit = kmeans_candidates.fit
    monkeypatch.setattr(kmeans_candidates, "fit", observed)
    with threadpool_limits(2):
        candidates_of(kmeans_candidates, *three_groups(groups), np.ones(2), SETTINGS)
    assert set(threads) == {1}


# model


@pytest.fixture
def project(session, groups):
    """A database with what the model refers to: two K-means segmentations, one of
    which does not use `score`, and a grouping.
    """
    income, score, age = groups([[0, 0, 0], [6, 0, 1], [0, 6, 2]], 12, 1.0, 9).T
    customers = np.random.default_rng(9).integers(1, 5, 36)
    session.execute(
        "create table int_training_vectors (segmentation varchar, "
        "age double, score double, income double, customers bigint, "
        "choice_customers bigint)"
    )
    session.executemany(
        "insert into int_training_vectors values (?, ?, ?, ?, ?, ?)",
        [
            (name, row[0], row[1] if name == "value" else None, *row[2:])
            for name in ("value", "lifestyle")
            for row in zip(
                *(age, score, income),
                *(customers.tolist(), customers.tolist()),
                strict=True,
            )
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
        create table int_segmentation_features as
        from (values
            ('lifestyle', 'income', 1, 1.0::double), ('value', 'score', 1, 2.0),
            ('value', 'income', 0, 1.0), ('lifestyle', 'age', 0, 0.5),
        ) as listed (segmentation, feature, position, weight);
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
    return session


@pytest.fixture(autouse=True)
def few_bootstraps(request, kmeans_candidates, monkeypatch):
    """The model is tested for what it reads and returns: a few resamples will do."""
    if "project" in request.fixturenames:
        monkeypatch.setattr(kmeans_candidates, "BOOTSTRAPS", 3)


@pytest.fixture
def computed(kmeans_candidates, monkeypatch):
    """The names of the segmentations that candidates are computed for."""
    names = []

    def observed(vectors, weights, feature_weights, settings, customers):
        names.append(settings["segmentation"])
        return candidates(vectors, weights, feature_weights, settings, customers)

    candidates = kmeans_candidates.candidates
    monkeypatch.setattr(kmeans_candidates, "candidates", observed)
    return names


def keys(rows):
    """Return what identifies the rows, sorted."""
    names = ("segmentation", "configuration_hash", "clusters")
    return sorted(tuple(row[name] for name in names) for row in rows)


KEYS = [("lifestyle", "l1", 2), ("value", "v1", 2), ("value", "v1", 3)]


def test_model_without_training_vectors_is_an_empty_typed_table(
    kmeans_candidates, project, build, has_declared_types, computed
):
    project.execute("delete from int_training_vectors")
    assert build(kmeans_candidates, project) == []
    has_declared_types(kmeans_candidates, project)
    assert computed == []


def test_model_without_any_segmentation_is_an_empty_typed_table(
    kmeans_candidates, project, build, has_declared_types
):
    project.execute("delete from int_segmentations where kind = 'kmeans'")
    assert build(kmeans_candidates, project) == []
    has_declared_types(kmeans_candidates, project)


def test_model_gives_a_typed_row_per_segmentation_and_k(
    kmeans_candidates, project, build, has_declared_types, computed
):
    rows = build(kmeans_candidates, project)
    assert keys(rows) == KEYS
    has_declared_types(kmeans_candidates, project)
    assert sorted(computed) == ["lifestyle", "value"]
    assert not [row for row in rows for value in row.values() if value is None]


def test_model_takes_the_sample_of_the_choice_and_counts_all(
    kmeans_candidates, project, build
):
    project.execute("""
        insert into int_training_vectors
        select segmentation, age + 50, score + 50, income + 50, 100, 0
        from int_training_vectors;
        update int_training_vectors set customers = customers + 7
        where choice_customers > 0
    """)
    (all_customers,), drawn = (
        project.execute(
            f"select {columns} from int_training_vectors where segmentation = 'value' "
            f"and {condition}"
        ).fetchall()
        for columns, condition in (
            ("sum(customers)::bigint", "true"),
            ("income, score, choice_customers", "choice_customers > 0"),
        )
    )
    *vectors, weights = np.array(drawn).T
    rows = np.repeat(np.column_stack(vectors) * np.sqrt([1, 2]), weights.astype(int), 0)
    reference = KMeans(2, n_init=20, tol=0, random_state=0).fit(rows)
    row = next(
        row
        for row in build(kmeans_candidates, project)
        if (row["segmentation"], row["clusters"]) == ("value", 2)
    )
    assert row["customers"] == all_customers[0] > len(rows)
    assert (row["training_customers"], row["vectors"]) == (len(rows), 36)
    assert row["inertia"] == pytest.approx(reference.inertia_)
    assert row["silhouette_standard_error"] > 0


def test_model_does_not_pass_over_a_sample_without_customers(
    kmeans_candidates, project, build
):
    project.execute("update int_training_vectors set choice_customers = 0")
    with pytest.raises(ValueError, match=r"0 of them, as segmentation_training says"):
        build(kmeans_candidates, project)


@pytest.mark.parametrize(
    ("segmentation", "features", "factors"),
    [
        ("value", ["income", "score"], [1, 2]),
        ("lifestyle", ["age", "income"], [0.5, 1]),
    ],
)
def test_model_takes_features_and_weights_by_position(
    kmeans_candidates, project, build, segmentation, features, factors
):
    *vectors, customers = (
        project.execute(
            f"select {', '.join(features)}, customers from int_training_vectors "
            f"where segmentation = '{segmentation}'"
        )
        .fetchnumpy()
        .values()
    )
    root = np.sqrt(factors)
    rows = np.repeat(np.column_stack(vectors) * root, customers, axis=0)
    reference = KMeans(2, n_init=20, tol=0, random_state=0).fit(rows)
    row = next(
        row
        for row in build(kmeans_candidates, project)
        if (row["segmentation"], row["clusters"]) == (segmentation, 2)
    )
    assert row["inertia"] == pytest.approx(reference.inertia_)
    assert np.array(row["centroids"]) == pytest.approx(
        np.array(sorted((reference.cluster_centers_ / root).tolist()))
    )


def test_model_keeps_rows_while_configuration_and_data_are_the_same(
    kmeans_candidates, project, build, computed
):
    first = build(kmeans_candidates, project)
    computed.clear()
    project.execute("""
        create or replace table int_training_vectors as
        from int_training_vectors order by hash(age)
    """)
    assert build(kmeans_candidates, project) == first
    assert computed == []


@pytest.mark.parametrize(
    "change",
    [
        "int_training_vectors set income = income + 1e-9",
        "int_training_vectors set customers = 90, choice_customers = 90",
        "checksums set sum = '18'",
    ],
)
def test_model_computes_what_has_other_data_and_only_that(
    kmeans_candidates, project, build, computed, change
):
    first = build(kmeans_candidates, project)
    computed.clear()
    project.execute(f"""
        update {change}
        where segmentation = 'value' and rowid in (0, 3)
    """)
    second = build(kmeans_candidates, project)
    assert computed == ["value"]
    assert keys(row for row in second if row["is_current"]) == KEYS

    def of(rows, name):
        return [row for row in rows if row["segmentation"] == name]

    assert of(second, "lifestyle") == of(first, "lifestyle")
    before, after = (
        {row["data_fingerprint"] for row in of(rows, "value") if row["is_current"]}
        for rows in (first, second)
    )
    assert len(before) == len(after) == 1
    assert before != after


def in_order(rows):
    names = ("segmentation", "configuration_hash", "clusters")
    return sorted(rows, key=lambda row: [row[name] for name in names])


def test_model_keeps_rows_of_other_configurations_and_takes_them_up_again(
    kmeans_candidates, project, build, computed
):
    def configure(value):
        project.execute(f"""
            update int_segmentations set configuration_hash = '{value}'
            where segmentation = 'value'
        """)
        computed.clear()
        return build(kmeans_candidates, project)

    first = in_order(build(kmeans_candidates, project))
    both = configure("v2")
    assert computed == ["value"]
    assert keys(both) == sorted([*KEYS, ("value", "v2", 2), ("value", "v2", 3)])
    assert in_order(row for row in both if row["configuration_hash"] != "v2") == first
    assert in_order(configure("v1")) == in_order(both)
    assert computed == []


def test_model_keeps_earlier_rows_of_what_is_not_due(
    kmeans_candidates, project, build, computed
):
    first = build(kmeans_candidates, project)
    computed.clear()
    project.execute("delete from int_training_vectors where segmentation = 'value'")
    adopt(project, first)
    assert build(kmeans_candidates, project) == first
    assert computed == []


def adopt(project, rows):
    """Make the fits of these candidates the champions."""
    project.executemany(
        "update int_fits_due set champion_fingerprint = ? where segmentation = ?",
        [[row["data_fingerprint"], row["segmentation"]] for row in rows],
    )


def test_model_keeps_everything_where_nothing_is_decided(
    kmeans_candidates, project, build
):
    first = build(kmeans_candidates, project)
    project.execute("delete from int_training_vectors; delete from int_fits_due")
    assert build(kmeans_candidates, project) == first


def test_model_goes_back_to_the_candidates_of_the_champion(
    kmeans_candidates, project, build
):
    first = build(kmeans_candidates, project)
    adopt(project, first)
    project.execute("update int_training_vectors set income = income * income")
    second = build(kmeans_candidates, project)
    project.execute("delete from int_training_vectors")
    third = build(kmeans_candidates, project)

    def current(rows):
        return in_order(row for row in rows if row["is_current"])

    assert len(second) == 2 * len(first)
    assert {row["data_fingerprint"] for row in current(second)}.isdisjoint(
        row["data_fingerprint"] for row in first
    )
    assert current(third) == in_order(first)


def test_model_returns_the_same_bits_for_shuffled_rows_and_any_threads(
    kmeans_candidates, project, build, groups
):
    income, score = groups(GROUPS, 300, 1.5, 1).T
    project.execute("delete from int_training_vectors")
    project.executemany(
        "insert into int_training_vectors values ('value', null, ?, ?, ?, ?)",
        [(*row, 1, 1) for row in zip(score.tolist(), income.tolist(), strict=True)],
    )
    results = []
    for threads, order in ((1, "score"), (2, "hash(score)"), (2, "-income")):
        project.execute(f"""
            set threads = {threads};
            drop table if exists kmeans_candidates;
            create or replace table int_training_vectors as
            from int_training_vectors order by {order}
        """)
        with threadpool_limits(threads):
            results.append(json.dumps(build(kmeans_candidates, project)))
    assert len(json.loads(results[0])) == 2
    assert results[1:] == results[:1] * 2


# as_relation


@modest
@given(st.floats(allow_nan=False, width=64))
def test_relation_keeps_every_bit_of_a_double(kmeans_candidates, value):
    rows = [{"inertia": value, "centroids": [[value, 1.0], [2.0, value]]}]
    relation = kmeans_candidates.as_relation(duckdb, rows)
    (row,) = kmeans_candidates.records(relation)
    assert row["inertia"] == value
    assert row["centroids"] == rows[0]["centroids"]


def test_relation_has_null_for_a_figure_without_a_value(kmeans_candidates, session):
    rows = [{"clusters": 2, "calinski_harabasz": float("nan")}]
    (row,) = kmeans_candidates.records(kmeans_candidates.as_relation(session, rows))
    assert row["clusters"] == 2
    assert row["calinski_harabasz"] is None


FIRST_FIT_OF_A_PROCESS = """
import sys
import numpy as np
from conftest import load_model
from threadpoolctl import threadpool_info

model = load_model(sys.argv[1])
fit, pools = model.fit, []

def watched(*arguments, **options):
    centroids = fit(*arguments, **options)
    pools.extend(pool["num_threads"] for pool in threadpool_info())
    return centroids

model.fit = watched
vectors = np.random.default_rng(0).normal(size=(50, 2))
settings = {
    "segmentation": "value", "minimum_clusters": 2, "maximum_clusters": 2,
    "restarts": 1, "seed": 1,
}
model.candidates(vectors, np.ones(50), np.ones(2), settings, 50)
print(sorted(set(pools)))
"""


def test_the_first_fit_of_a_process_runs_on_one_thread():
    # A pool that is loaded after the limit was set would take all cores, and wait for
    # them on a busy machine.
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            FIRST_FIT_OF_A_PROCESS,
            "models/learn/kmeans_candidates.py",
        ],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=True,
        env={key: value for key, value in os.environ.items() if "THREADS" not in key},
    )
    assert ran.stdout.splitlines()[-1] == "[1]"
