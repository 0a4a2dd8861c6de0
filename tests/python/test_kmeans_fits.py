"""A fit equals that of scikit-learn for the same customers, and has all that scoring
needs.
"""

from datetime import datetime

import duckdb
import numpy as np
import pytest
from fitting import PEOPLE, SEGMENTATIONS, SIGNS, draw, forget, new_inputs, of
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits
from vectors import lengths, modest

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.parametrize(
    ("transform", "prepared"),
    [("log", "ln(1 + x)"), ("sqrt", "sqrt(x)"), ("none", "x")],
)
def test_own_units_undo_what_sql_prepares(kmeans_fits, transform, prepared):
    raw = np.array([0.0, 0.5, 1.0, 7.0, 12_345.678])
    rows = duckdb.execute(
        f"select ({prepared} - 1.25) / 3.5 from (select unnest(?) as x)", [raw.tolist()]
    ).fetchall()
    preparation = {"transform": transform, "center": 1.25, "scale": 3.5}
    found = kmeans_fits.in_own_units(np.ravel(rows), preparation)
    assert found == pytest.approx(raw, rel=1e-12, abs=1e-12)


@pytest.fixture
def project(session, groups):
    return new_inputs(session, groups)


def test_model_without_training_vectors_is_an_empty_typed_table(
    kmeans_fits, project, build_fits, has_declared_types
):
    project.execute("delete from int_training_vectors")
    assert build_fits(project) == []
    has_declared_types(kmeans_fits, project)


def test_model_gives_a_row_per_segment_and_feature(
    kmeans_fits, project, build_fits, has_declared_types
):
    rows = build_fits(project)
    has_declared_types(kmeans_fits, project)
    assert [
        (row["position"], row["feature"], row["segment_index"], row["segment_id"])
        for row in of(rows, "value")
    ] == [
        (position, feature, slot, f"value-{slot + 1}")
        for position, feature in enumerate(["age", "income"])
        for slot in range(4)
    ]
    assert [(row["feature"], row["segment_id"]) for row in of(rows, "lifestyle")] == [
        ("age", "lifestyle-1"),
        ("age", "lifestyle-2"),
    ]
    assert len({row["fit_id"] for row in rows}) == 2


def test_model_fits_as_scikit_learn_does(project, build_fits, groups):
    raw = groups(PEOPLE, 40, 3.0, 11).round()
    scaler = StandardScaler().fit(raw)
    reference = KMeans(4, n_init=10, tol=0, random_state=0).fit(scaler.transform(raw))
    order = np.lexsort(reference.cluster_centers_.T[::-1])
    centroids = reference.cluster_centers_[order]
    values = scaler.inverse_transform(centroids)
    sizes = np.bincount(reference.labels_)[order]
    distances = lengths(scaler.transform(raw), reference.cluster_centers_)
    gaps, following = np.sort(distances)[:, :2].T
    for row in of(build_fits(project), "value"):
        slot, column = row["segment_index"], row["position"]
        mine = gaps[reference.labels_ == order[slot]]
        found = [
            row["inertia"],
            row["simplified_silhouette"],
            row["davies_bouldin"],
            row["calinski_harabasz"],
            row["centroid"],
            row["centroid_value"],
            row["segment_customers"],
            row["mean_distance"],
            row["largest_distance"],
            row["center"],
            row["scale"],
        ]
        assert found == pytest.approx(
            [
                reference.inertia_,
                np.mean(1 - gaps / following),
                metrics.davies_bouldin_score(scaler.transform(raw), reference.labels_),
                metrics.calinski_harabasz_score(
                    scaler.transform(raw), reference.labels_
                ),
                centroids[slot, column],
                values[slot, column],
                sizes[slot],
                mine.mean(),
                mine.max(),
                scaler.mean_[column],
                scaler.scale_[column],
            ]
        )
        assert (row["customers"], row["clusters"], row["transform"]) == (160, 4, "none")
        assert row["stability"] == 0.8


def test_model_gives_each_segment_the_stability_of_its_centroid(project, build_fits):
    rows = of(build_fits(project), "value")
    signs = {
        row["segment_index"]: tuple(
            np.sign(other["centroid"])
            for other in rows
            if other["segment_index"] == row["segment_index"]
        )
        for row in rows
    }
    found = {signs[row["segment_index"]]: row["segment_stability"] for row in rows}
    assert found == dict(zip(SIGNS, [0.9, 0.8, 0.7, 0.6], strict=True))
    assert list(signs.values()) != list(SIGNS)


def test_model_keeps_the_preparation_of_each_feature(project, build_fits):
    names = ("feature", "imputed_value", "lower_bound", "upper_bound", "weight")
    rows = of(build_fits(project), "value")
    assert {tuple(row[name] for name in names) for row in rows} == {
        ("age", 40, None, 1e6, 1),
        ("income", None, None, 1e6, 1),
    }


def test_model_keeps_centroids_in_standardized_values_whatever_the_weights(
    project, build_fits
):
    plain = of(build_fits(project), "value")
    forget(project)
    project.execute("""
        update feature_preparation set weight = 4;
        update int_preparations
        set weights = [4 for _ in weights],
            largest_coordinates = [2 * one for one in largest_coordinates];
        update int_training_points set point = [2 * one for one in point];
        update int_training_vectors set point = [2 * one for one in point];
        update segmentation_quality set inertia = 4 * inertia;
        update kmeans_candidates
        set centroids = [[2 * one for one in centroid] for centroid in centroids]
    """)
    weighted = of(build_fits(project), "value")
    same = ("centroid", "centroid_value", "standard_score", "bin_bounds", "segment_id")
    for one, other in zip(plain, weighted, strict=True):
        assert [other[key] for key in same] == [one[key] for key in same]
        assert other["mean_distance"] == pytest.approx(2 * one["mean_distance"])
        assert other["inertia"] == pytest.approx(4 * one["inertia"])


@pytest.mark.parametrize(
    ("segmentation", "feature"),
    [("value", "age"), ("value", "income"), ("lifestyle", "age")],
)
def test_model_keeps_the_distribution_of_each_feature(
    project, build_fits, segmentation, feature
):
    position = SEGMENTATIONS[segmentation].index(feature) + 1
    values = project.execute(
        f"select point[{position}] as value from int_training_points "
        f"where segmentation = '{segmentation}'"
    ).fetchnumpy()["value"]
    for row in of(build_fits(project), segmentation):
        if row["feature"] == feature:
            tenths = np.quantile(values, np.arange(1, 10) / 10, method="inverted_cdf")
            assert row["bin_bounds"] == pytest.approx(np.unique(tenths))
            inside = np.digitize(values, row["bin_bounds"], right=True)
            assert row["bin_shares"] == pytest.approx(np.bincount(inside) / 160)


def starts(kmeans_refinements, monkeypatch):
    """Return a list that collects the centroids and inertias at the start of passes."""
    seen = []

    def observed(customers, centroids, inertia, sample):
        seen.append((centroids.tolist(), inertia))
        return refine(customers, centroids, inertia, sample)

    refine = kmeans_refinements.refine
    monkeypatch.setattr(kmeans_refinements, "refine", observed)
    return seen


def test_model_fits_the_larger_sample_before_all_customers(
    kmeans_refinements, project, build_fits, monkeypatch
):
    seen = starts(kmeans_refinements, monkeypatch)
    build_fits(project)
    # The candidate was chosen on all training vectors, so K-means does not run again.
    assert [len(start) for start, _ in seen] == [4, 2]
    assert np.abs(seen[0][0]).tolist() == np.full((4, 2), 1.5).tolist()
    assert [inertia for _, inertia in seen] == pytest.approx([48, 48])

    seen.clear()
    draw(project, 40)
    forget(project)
    rows = of(build_fits(project), "value")
    vectors = project.execute(
        "select point[1], point[2] from int_training_points "
        "where segmentation = 'value'"
    ).fetchall()
    start = 1.5 * np.array(SIGNS, dtype=float)
    reference = KMeans(4, init=start, n_init=1, tol=0).fit(vectors)
    assert np.array(seen[0][0]) == pytest.approx(reference.cluster_centers_, abs=1e-7)
    # This is the inertia of the sample, scaled to all customers.
    assert seen[0][1] == pytest.approx(48)
    assert rows[0]["passes"] == 2
    assert rows[0]["inertia"] == pytest.approx(reference.inertia_)
    assert rows[0]["customers"] == 160
    # Each segment still has the stability of the candidate's centroid from which it
    # started.
    stabilities = dict(zip(SIGNS, [0.9, 0.8, 0.7, 0.6], strict=True))
    places = {}
    for row in rows:
        places.setdefault(row["segment_index"], []).append(np.sign(row["centroid"]))
    for row in rows:
        place = tuple(places[row["segment_index"]])
        assert row["segment_stability"] == stabilities[place]


def test_model_gives_the_same_bits_for_shuffled_rows_and_any_threads(
    project, build_fits
):
    draw(project, 40)
    results = []
    for threads, order in ((1, "point"), (2, "hash(point)"), (2, "-point[1], point")):
        project.execute(f"set threads = {threads}")
        forget(project)
        for name in ("int_training_points", "int_training_vectors"):
            project.execute(
                f"create or replace table {name} as from {name} order by {order}"
            )
        with threadpool_limits(threads):
            rows = build_fits(project)
        results.append(repr([{**row, "fitted_at": 0, "adopted_at": 0} for row in rows]))
    assert results[1:] == results[:1] * 2


@modest
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_relation_keeps_every_bit_of_a_double(kmeans_fits, value):
    rows = [{"centroid": value, "bin_bounds": [value, 1.0], "bin_shares": []}]
    (row,) = kmeans_fits.records(kmeans_fits.as_relation(duckdb, rows))
    assert {key: row[key] for key in rows[0]} == rows[0]


def test_relation_keeps_times_to_the_microsecond_and_nulls(kmeans_fits, session):
    at = datetime(2026, 2, 3, 4, 5, 6, 789012)
    (row,) = kmeans_fits.records(
        kmeans_fits.as_relation(session, [{"fitted_at": at, "mean_distance": None}])
    )
    assert row["fitted_at"] == at
    assert row["mean_distance"] is None
