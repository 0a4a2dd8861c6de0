"""The candidates and the figures of their distances: each equals scikit-learn on
customers written out one by one, and the same customers give the same rows to the last
bit.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_info, threadpool_limits
from vectors import (
    GROUPS,
    fill_training,
    inertia_of,
    means,
    modest,
    repeated,
    separations,
    weighted_vectors,
)

pytestmark = pytest.mark.usefixtures("one_thread")


@st.composite
def labeled_vectors(draw):
    """Weighted vectors with labels 0..k-1, of which every one is used."""
    vectors, weights = draw(weighted_vectors())
    clusters = draw(st.integers(2, 5))
    generator = np.random.default_rng(draw(st.integers(0, 10_000)))
    labels = generator.integers(0, clusters, len(vectors))
    labels[:clusters] = np.arange(clusters)
    return vectors, weights, labels


CHECKSUM = "123456789"


SETTINGS = {
    "segmentation": "value",
    "minimum_clusters": 2,
    "maximum_clusters": 4,
    "restarts": 10,
    "seed": 7,
}


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


def candidates_of(kmeans_candidates, vectors, weights, asked, customers=None):
    """Return the candidates of all customers, or of a sample if there are more."""
    sample = kmeans_candidates.Sample(vectors, weights)
    return kmeans_candidates.fit_candidates(
        sample, asked, customers or int(weights.sum())
    )


def three_groups(groups):
    """Return weighted vectors around three centers."""
    vectors = groups(GROUPS, 20, 1.0, 6)
    return vectors, np.random.default_rng(6).integers(1, 5, 60).astype(float)


def test_candidates_have_every_column_but_those_of_the_model(kmeans_candidates, groups):
    vectors, weights = three_groups(groups)
    rows = candidates_of(kmeans_candidates, vectors, weights, SETTINGS)
    added = {"configuration_hash", "data_fingerprint", "is_current"}
    assert [set(row) | added for row in rows] == [set(kmeans_candidates.SCHEMA)] * 3
    assert [row["clusters"] for row in rows] == [2, 3, 4]
    for row in rows:
        assert row["segmentation"] == "value"
        assert row["customers"] == row["training_customers"] == weights.sum()
        assert row["vectors"] == 60


def test_candidates_of_a_sample_say_of_how_many_customers(kmeans_candidates, groups):
    data = (*three_groups(groups), SETTINGS)
    exact = candidates_of(kmeans_candidates, *data)
    sampled = candidates_of(kmeans_candidates, *data, customers=10_000)
    for one, other in zip(exact, sampled, strict=True):
        assert other == one | {"customers": 10_000}


def test_candidates_equal_scikit_learn_on_repeated_rows(kmeans_candidates, groups):
    vectors, weights = three_groups(groups)
    customers = repeated(vectors, weights)
    for row in candidates_of(kmeans_candidates, vectors, weights, SETTINGS):
        reference = KMeans(row["clusters"], n_init=20, tol=0, random_state=1)
        labels = reference.fit_predict(customers)
        found = [
            row["inertia"],
            row["davies_bouldin"],
            row["calinski_harabasz"],
            row["smallest_share"],
        ]
        assert found == pytest.approx(
            [
                reference.inertia_,
                metrics.davies_bouldin_score(customers, labels),
                metrics.calinski_harabasz_score(customers, labels),
                np.bincount(labels).min() / len(customers),
            ]
        )
        assert np.array(row["centroids"]) == pytest.approx(
            np.array(sorted(reference.cluster_centers_.tolist()))
        )


def test_candidates_single_out_the_true_number_of_groups(kmeans_candidates, groups):
    vectors, weights = three_groups(groups)
    rows = candidates_of(kmeans_candidates, vectors, weights, SETTINGS)
    clearest = max(rows, key=lambda row: row["simplified_silhouette"])
    assert clearest["clusters"] == 3


def test_candidates_print_progress(kmeans_candidates, groups, capsys):
    candidates_of(kmeans_candidates, *three_groups(groups), SETTINGS)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines] == [
        f"value: k = {clusters}" for clusters in (2, 3, 4)
    ]


def test_feature_weight_two_equals_a_column_twice(kmeans_candidates, groups):
    vectors, weights = three_groups(groups)
    root = np.sqrt([1, 2])
    heavy = candidates_of(kmeans_candidates, vectors * root, weights, SETTINGS)
    twice = vectors[:, [0, 1, 1]]
    for one, other in zip(
        heavy, candidates_of(kmeans_candidates, twice, weights, SETTINGS), strict=True
    ):
        centroids = np.array(other.pop("centroids"))[:, :2] * root
        assert np.array(one.pop("centroids")) == pytest.approx(centroids)
        assert one == pytest.approx(other)


def test_centroids_are_means_of_customers(kmeans_candidates, groups):
    vectors, weights = three_groups(groups)
    for row in candidates_of(kmeans_candidates, vectors, weights, SETTINGS):
        centroids = np.array(row["centroids"])
        labels = ((vectors[:, None] - centroids) ** 2).sum(2).argmin(1)
        assert centroids == pytest.approx(means(vectors, weights, labels))


def test_figures_are_rounded_to_ten_digits_and_all_else_is_kept(kmeans_candidates):
    row = {"clusters": 12_345_678_901, "centroids": [[1 / 3]], "segmentation": "value"}
    figures = {"inertia": 1234.56789012345, "smallest_share": 0.000123456789012345}
    found = kmeans_candidates.round_figures(row | figures | {"davies_bouldin": 2 / 3})
    assert found == row | {
        "inertia": 1234.567890,
        "smallest_share": 0.0001234567890,
        "davies_bouldin": 0.6666666667,
    }


def test_candidates_are_free_of_the_last_bits(kmeans_candidates, groups):
    vectors, weights = three_groups(groups)
    rows = candidates_of(kmeans_candidates, vectors, weights, SETTINGS)
    again = [kmeans_candidates.round_figures(row) for row in rows]
    assert json.dumps(again) == json.dumps(rows)
    centroids = np.concatenate([row["centroids"] for row in rows])
    assert (centroids.round(9) == centroids).all()
    assert not (centroids.round(8) == centroids).all()


def test_too_few_different_vectors_are_an_error_that_names_the_segmentation(
    kmeans_candidates,
):
    asked = SETTINGS | {"minimum_clusters": 4, "maximum_clusters": 5}
    with pytest.raises(ValueError, match=r"value asks for 4 .* only 3 different"):
        candidates_of(kmeans_candidates, np.eye(3), np.full(3, 9.0), asked)


def test_too_few_different_vectors_in_a_sample_are_blamed_on_its_size(
    kmeans_candidates,
):
    data = (np.eye(2), np.full(2, 9.0), SETTINGS | {"minimum_clusters": 3})
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
    usual = candidates_of(kmeans_candidates, vectors, weights, SETTINGS)
    scaled = candidates_of(kmeans_candidates, vectors * scale, weights, SETTINGS)
    for one, other in zip(usual, scaled, strict=True):
        centroids, expected = other.pop("centroids"), one.pop("centroids")
        # nine decimals of a power of two above the largest value
        assert np.array(centroids) / scale == pytest.approx(
            np.array(expected), abs=2e-8
        )
        assert other.pop("inertia") / scale**2 == pytest.approx(one.pop("inertia"))
        assert other == pytest.approx(one)


def test_candidates_have_every_figure_in_the_most_degenerate_table(kmeans_candidates):
    # A constant feature, most customers at one place, k up to one less than places.
    vectors = np.array([[7.0, 0.0], [7.0, 1.0], [7.0, 1.0 + 1e-9], [7.0, 5.0]])
    asked = SETTINGS | {"maximum_clusters": 3}
    rows = candidates_of(kmeans_candidates, vectors, np.array([1e7, 1, 1, 1]), asked)
    assert [row["clusters"] for row in rows] == [2, 3]
    assert rows[1]["inertia"] == pytest.approx(5e-19)
    for row in rows:
        for name, value in row.items():
            if name != "segmentation":
                assert np.isfinite(value).all(), name


def test_largest_k_is_that_of_the_different_vectors(kmeans_candidates):
    asked = SETTINGS | {"maximum_clusters": 10}
    rows = candidates_of(kmeans_candidates, np.eye(5), np.full(5, 9.0), asked)
    assert [row["clusters"] for row in rows] == [2, 3, 4, 5]
    assert rows[-1]["inertia"] == pytest.approx(0, abs=1e-25)
    assert rows[-1]["simplified_silhouette"] == 1


def test_fits_run_on_one_thread(kmeans_candidates, groups, monkeypatch):
    threads = []

    def observed(*arguments, **options):
        threads.extend(pool["num_threads"] for pool in threadpool_info())
        return fit(*arguments, **options)

    fit = kmeans_candidates.fit
    monkeypatch.setattr(kmeans_candidates, "fit", observed)
    with threadpool_limits(2):
        candidates_of(kmeans_candidates, *three_groups(groups), SETTINGS)
    assert set(threads) == {1}


@pytest.fixture
def project(session, groups):
    """A database with what the model refers to."""
    fill_training(session, groups)
    return session


@pytest.fixture
def computed(kmeans_candidates, monkeypatch):
    """The names of the segmentations that candidates are computed for."""
    names = []

    def observed(sample, settings, customers):
        names.append(settings["segmentation"])
        return fit_candidates(sample, settings, customers)

    fit_candidates = kmeans_candidates.fit_candidates
    monkeypatch.setattr(kmeans_candidates, "fit_candidates", observed)
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
        select segmentation, [value + 50 for value in point], 100, 0
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
            ("point[1], point[2], choice_customers", "choice_customers > 0"),
        )
    )
    *vectors, weights = np.array(drawn).T
    rows = np.repeat(np.column_stack(vectors), weights.astype(int), 0)
    reference = KMeans(2, n_init=20, tol=0, random_state=0).fit(rows)
    row = next(
        row
        for row in build(kmeans_candidates, project)
        if (row["segmentation"], row["clusters"]) == ("value", 2)
    )
    assert row["customers"] == all_customers[0] > len(rows)
    assert (row["training_customers"], row["vectors"]) == (len(rows), 36)
    assert row["inertia"] == pytest.approx(reference.inertia_)


def test_model_does_not_pass_over_a_sample_without_customers(
    kmeans_candidates, project, build
):
    project.execute("update int_training_vectors set choice_customers = 0")
    with pytest.raises(ValueError, match=r"0 of them, as segmentation_training says"):
        build(kmeans_candidates, project)


def test_model_keeps_rows_while_configuration_and_data_are_the_same(
    kmeans_candidates, project, build, computed
):
    first = build(kmeans_candidates, project)
    computed.clear()
    project.execute("""
        create or replace table int_training_vectors as
        from int_training_vectors order by hash(point)
    """)
    assert build(kmeans_candidates, project) == first
    assert computed == []


@pytest.mark.parametrize(
    "change",
    [
        "int_training_vectors set point = [point[1] + 1e-9, point[2]]",
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
    project.execute(
        "update int_training_vectors set point = [value * value for value in point]"
    )
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
    points = groups(GROUPS, 300, 1.5, 1)
    project.execute("delete from int_training_vectors")
    project.executemany(
        "insert into int_training_vectors values ('value', ?, 1, 1)",
        [[[income, score]] for income, score in points.tolist()],
    )
    results = []
    for threads, order in ((1, "point"), (2, "hash(point)"), (2, "-point[1]")):
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


@modest
@given(st.floats(allow_nan=False, width=64))
def test_relation_keeps_every_bit_of_a_double(kmeans_candidates, value):
    rows = [{"inertia": value, "centroids": [[value, 1.0], [2.0, value]]}]
    relation = kmeans_candidates.as_relation(duckdb, rows)
    (row,) = kmeans_candidates.records(relation)
    assert row["inertia"] == value
    assert row["centroids"] == rows[0]["centroids"]


def test_relation_has_null_for_a_figure_without_a_value(kmeans_candidates, session):
    rows = [{"clusters": 2, "calinski_harabasz": None}]
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
model.fit_candidates(model.Sample(vectors, np.ones(50)), settings, 50)
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
