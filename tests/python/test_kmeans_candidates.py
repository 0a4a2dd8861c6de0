"""Candidates equal scikit-learn's fits on a table that has one row per customer. They
are rounded, so that all machines find the same digits.
"""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_info, threadpool_limits
from vectors import (
    GROUPS,
    means,
    modest,
    repeated,
)

pytestmark = pytest.mark.usefixtures("one_thread")


SETTINGS = {
    "segmentation": "value",
    "minimum_clusters": 2,
    "maximum_clusters": 4,
    "restarts": 10,
    "seed": 7,
}


def candidates_of(kmeans_candidates, vectors, weights, asked, customers=None):
    """Return the candidates of the vectors, which may be a sample of `customers`."""
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


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (1234.56789012345, 1234.567890),
        (0.000123456789012345, 0.0001234567890),
        (2 / 3, 0.6666666667),
    ],
)
def test_figures_are_rounded_to_ten_digits(kmeans_candidates, value, rounded):
    assert kmeans_candidates.significant(value) == rounded


def test_candidates_are_free_of_the_last_bits(kmeans_candidates, groups):
    vectors, weights = three_groups(groups)
    rows = candidates_of(kmeans_candidates, vectors, weights, SETTINGS)
    for row in rows:
        for value in row.values():
            if isinstance(value, float):
                assert value == kmeans_candidates.significant(value)
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
        # Centroids are rounded to nine decimals of a power of two above the largest
        # value.
        assert np.array(centroids) / scale == pytest.approx(
            np.array(expected), abs=2e-8
        )
        assert other.pop("inertia") / scale**2 == pytest.approx(one.pop("inertia"))
        assert other == pytest.approx(one)


def test_candidates_have_every_figure_in_the_most_degenerate_table(kmeans_candidates):
    # The first feature is constant, one of four places has nearly all customers, and k
    # goes up to 3.
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
from loading import load_model
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
    # A thread pool that is loaded after the limit is set would use all cores.
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
