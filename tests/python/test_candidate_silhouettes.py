"""The silhouette of a candidate equals that of scikit-learn on a table that has one row
per customer. Its standard error equals the deviation of repeated draws.
"""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn import metrics
from vectors import GROUPS, labeled_vectors, modest, repeated, separations

pytestmark = pytest.mark.usefixtures("one_thread")


def of_labels(
    candidate_silhouettes, vectors, weights, labelings, customers=None, seed=0
):
    """Return the model's figures for labelings, which replace centroids."""
    sample = candidate_silhouettes.Sample(vectors, weights)
    seen = weights.sum() / (customers or weights.sum())
    return [
        candidate_silhouettes.describe(sample, labels, *found, seen)
        for labels, found in zip(
            labelings,
            candidate_silhouettes.draw_and_measure(sample, labelings, seed),
            strict=True,
        )
    ]


def silhouettes(candidate_silhouettes, vectors, weights, labelings):
    """Return the mean silhouette of each labeling."""
    return [
        np.average(values, weights=weights)
        for values, _ in candidate_silhouettes.silhouette_values(
            vectors, weights, labelings
        )
    ]


@modest
@given(labeled_vectors())
def test_silhouette_equals_scikit_learn_on_repeated_rows(candidate_silhouettes, data):
    vectors, weights, labels = data
    reference = metrics.silhouette_score(
        repeated(vectors, weights), repeated(labels, weights)
    )
    assert silhouettes(
        candidate_silhouettes, vectors, weights, [labels]
    ) == pytest.approx([reference])


@modest
@given(labeled_vectors())
def test_silhouette_values_equal_scikit_learn_on_repeated_rows(
    candidate_silhouettes, data
):
    vectors, weights, labels = data
    reference = metrics.silhouette_samples(
        repeated(vectors, weights), repeated(labels, weights)
    )
    ((values, _),) = candidate_silhouettes.silhouette_values(vectors, weights, [labels])
    # In scikit-learn, the distance of a customer to itself is not exactly zero.
    assert repeated(values, weights) == pytest.approx(reference, abs=1e-7)


@modest
@given(labeled_vectors())
def test_influences_are_what_a_little_weight_more_does_to_the_other_silhouettes(
    candidate_silhouettes, data
):
    vectors, weights, labels = data
    ((_, influences),) = candidate_silhouettes.silhouette_values(
        vectors, weights, [labels]
    )

    def total(change):
        found, _ = candidate_silhouettes.silhouette_values(
            vectors, weights + change, [labels]
        )[0]
        return weights @ found

    for row in range(3):
        little = 1e-6 * (np.arange(len(weights)) == row)
        slope = (total(little) - total(-little)) / 2e-6
        # The silhouette of a customer alone in a segment is 0. It jumps when a second
        # customer joins, so it has no slope.
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
    candidate_silhouettes, monkeypatch, chunk
):
    vectors, weights, labelings, references = several_labelings()
    monkeypatch.setattr(candidate_silhouettes, "CHUNK", chunk)
    values = silhouettes(candidate_silhouettes, vectors, weights, labelings)
    assert values == pytest.approx(references)


def test_silhouette_of_a_single_customer_in_a_segment_is_zero(candidate_silhouettes):
    vectors = np.array([[0.0], [1.0], [9.0]])
    values = silhouettes(
        candidate_silhouettes,
        vectors,
        np.ones(3),
        [np.array([0, 0, 1]), np.array([0, 1, 1])],
    )
    # First labeling: (9 - 1) / 9 and (8 - 1) / 8; second: (1 - 8) / 8 and (9 - 8) / 9.
    assert values == pytest.approx([(8 / 9 + 7 / 8) / 3, (-7 / 8 + 1 / 9) / 3])


def test_silhouette_passes_over_an_unused_label(candidate_silhouettes):
    vectors = np.array([[0.0], [1.0], [8.0], [9.0]])
    gap, plain = silhouettes(
        candidate_silhouettes,
        vectors,
        np.ones(4),
        [np.array([0, 0, 2, 2]), np.array([0, 0, 1, 1])],
    )
    assert gap == plain == metrics.silhouette_score(vectors, [0, 0, 1, 1])


@modest
@given(st.integers(0, 10_000), st.integers(2, 6), st.integers(10, 300))
def test_stratified_keeps_shares_and_at_least_two_of_each(
    candidate_silhouettes, seed, clusters, size
):
    generator = np.random.default_rng(seed)
    labels = generator.choice(clusters, 600, p=generator.dirichlet(np.ones(clusters)))
    sample = candidate_silhouettes.draw_stratified(labels, size, seed)
    assert list(sample) == sorted(set(sample))
    for label, members in zip(*np.unique(labels, return_counts=True), strict=True):
        taken = int((labels[sample] == label).sum())
        assert taken >= min(2, members)
        assert taken <= 2 or abs(taken - size * members / 600) <= 0.5


def test_stratified_draws_members_at_random_by_seed(candidate_silhouettes):
    labels = np.repeat([0, 1], 500)
    first, again, other = (
        candidate_silhouettes.draw_stratified(labels, 100, seed).tolist()
        for seed in (1, 1, 2)
    )
    assert first == again != other
    # The mean position within a label is 250, with a standard error of about 20.
    assert 170 < np.mean([index % 500 for index in first]) < 330


def test_standard_error_of_a_table_computed_by_hand(candidate_silhouettes):
    # The weighted means of the strata are 3 and 1. The weighted variances are
    # (1 * 4 + 2 * 0 + 1 * 4) / 4 = 2 and (3 * 1 + 1 * 9) / 4 = 3.
    error = candidate_silhouettes.stratified_standard_error(
        np.array([1.0, 3.0, 5.0, 0.0, 4.0]),
        np.array([1.0, 2.0, 1.0, 3.0, 1.0]),
        np.array([0, 0, 0, 1, 1]),
        np.array([0.75, 0.25]),
        np.array([0.5, 0.2]),
    )
    squares = 0.75**2 * 0.5 * 2 / (3 - 1) + 0.25**2 * 0.8 * 3 / (2 - 1)
    assert error == pytest.approx(np.sqrt(squares))


def test_standard_error_equals_that_of_scipy_for_one_large_stratum(
    candidate_silhouettes,
):
    from scipy.stats import sem

    values = np.random.default_rng(0).normal(size=50)
    error = candidate_silhouettes.stratified_standard_error(
        values, np.ones(50), np.zeros(50, dtype=int), np.ones(1), np.zeros(1)
    )
    assert error == pytest.approx(sem(values))


@pytest.mark.parametrize(
    ("values", "sampled"), [([1, 2, 3, 9], 1), ([4, 4, 8, 8], 0.5), ([1, 1, 1, 2], 0)]
)
def test_standard_error_is_zero_where_chance_has_no_part(
    candidate_silhouettes, values, sampled
):
    # The error is 0 if all members are sampled, if all members of a stratum are equal,
    # or if a stratum has one member.
    labels = np.array([0, 0, 1, 1] if sampled else [0, 0, 0, 1])
    error = candidate_silhouettes.stratified_standard_error(
        np.array(values, dtype=float),
        np.ones(4),
        labels,
        np.array([0.5, 0.5]),
        np.full(2, float(sampled)),
    )
    assert error == 0


@pytest.mark.parametrize("heaviest", [1, 3])
def test_standard_error_is_the_spread_of_stratified_samples(
    candidate_silhouettes, groups, monkeypatch, heaviest
):
    vectors = groups([*GROUPS, [1.5, 1.5]], 750, 1.5, 5)
    weights = np.random.default_rng(5).integers(1, heaviest + 1, 3000).astype(float)
    labels = separations(vectors, np.array(GROUPS)).argmin(axis=1)
    monkeypatch.setattr(candidate_silhouettes, "SILHOUETTE_VECTORS", 400)
    monkeypatch.setattr(candidate_silhouettes, "SILHOUETTE_SAMPLE", 400)
    figures, errors = [], []
    for seed in range(60):
        (row,) = of_labels(candidate_silhouettes, vectors, weights, [labels], seed=seed)
        figures.append(row["silhouette"])
        errors.append(row["silhouette_standard_error"])
    # The deviation of 60 draws itself has a standard error of 9 %.
    assert 0.75 < np.mean(errors) / np.std(figures) < 1.35
    assert np.std(errors) < 0.2 * np.mean(errors)


def test_standard_error_of_a_sample_of_the_customers_is_that_of_the_jackknife(
    candidate_silhouettes, groups
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
        (row,) = of_labels(
            candidate_silhouettes, vectors, np.ones(120), [labels], customers
        )
        return row["silhouette_standard_error"]

    assert error_of(120) == 0
    assert error_of(160) == pytest.approx(np.sqrt(variance / 4), rel=0.05)
    assert error_of(12e9) == pytest.approx(np.sqrt(variance), rel=0.05)


def rows_with_silhouettes(candidate_silhouettes, groups, limit, monkeypatch):
    vectors = groups(GROUPS, 100, 1.5, 5)
    weights = np.random.default_rng(5).integers(1, 4, 300).astype(float)
    labels = separations(vectors, np.array(GROUPS)).argmin(axis=1)
    monkeypatch.setattr(candidate_silhouettes, "SILHOUETTE_VECTORS", limit)
    monkeypatch.setattr(candidate_silhouettes, "SILHOUETTE_SAMPLE", 150)
    labelings = [labels, (labels > 0).astype(int)]
    rows = of_labels(candidate_silhouettes, vectors, weights, labelings)
    references = [
        metrics.silhouette_score(repeated(vectors, weights), repeated(each, weights))
        for each in labelings
    ]
    return rows, references


def test_silhouette_is_exact_up_to_the_limit_and_says_so(
    candidate_silhouettes, groups, monkeypatch
):
    rows, references = rows_with_silhouettes(
        candidate_silhouettes, groups, 300, monkeypatch
    )
    assert [row["silhouette"] for row in rows] == pytest.approx(references)
    assert [row["silhouette_vectors"] for row in rows] == [300, 300]
    assert [row["silhouette_standard_error"] for row in rows] == [0, 0]


def test_silhouette_beyond_the_limit_is_near_and_tells_its_sample(
    candidate_silhouettes, groups, monkeypatch
):
    rows, references = rows_with_silhouettes(
        candidate_silhouettes, groups, 299, monkeypatch
    )
    assert [row["silhouette"] for row in rows] == pytest.approx(references, abs=0.05)
    assert [row["silhouette"] for row in rows] != pytest.approx(references, abs=1e-9)
    assert [row["silhouette_vectors"] for row in rows] == [150, 150]
    for row, reference in zip(rows, references, strict=True):
        error = row["silhouette_standard_error"]
        assert 0.005 < error < 0.03
        assert abs(row["silhouette"] - reference) < 3 * error
