"""The registry has every fit once, and keeps all of them."""

from datetime import datetime
from zlib import crc32

import duckdb
import numpy as np
import pandas as pd
import pytest
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


PEOPLE = [[30, 20], [30, 80], [60, 20], [60, 80]]


# Corners of the candidates' centroids, in another order than that of the segments.
SIGNS = ((-1, -1), (1, 1), (-1, 1), (1, -1))


SEGMENTATIONS = {"value": ["age", "income"], "lifestyle": ["age"]}


LISTS = ["centroids", "segment_stability"]


KEY = ["segmentation", "configuration_hash", "data_fingerprint", "clusters"]


@pytest.fixture
def project(session, groups):
    """A database with the inputs of the model, and tables with misleading names."""
    fill(session, groups(PEOPLE, 40, 3.0, 11).round())
    for name in ("customers", "training", "registry", "found", "sample"):
        session.execute(f"create table {name} as select 'decoy' as age")
    session.execute("create table base_registry as select '' as fit_id where false")
    session.execute("create view int_build as select now()::timestamp as started_at")
    session.execute(
        "create table int_continued_segments "
        "(segmentation varchar, segment_index int, segment_id varchar)"
    )
    return session


@pytest.fixture
def build_fits(
    kmeans_starts,
    kmeans_refinements,
    kmeans_indices,
    feature_distributions,
    kmeans_fits,
    compiled,
    build,
):
    """A function that builds the registry of a database, and the models before it."""
    before = (kmeans_starts, kmeans_refinements, kmeans_indices, feature_distributions)

    def build_all(session):
        for name in ("int_point_expressions", "int_refined_fits"):
            if name == "int_refined_fits":
                for model in before:
                    build(model, session)
            session.execute(f"create or replace view {name} as {compiled[name]}")
        return build(kmeans_fits, session)

    return build_all


def fill(session, raw, due=("value", "lifestyle")):
    """Write the tables that the model refers to, as earlier models would.

    Args:
        session: connection of DuckDB.
        raw: (n, 2) age and income of the customers.
        due: segmentations that have training vectors.
    """
    scaler = StandardScaler().fit(raw)
    z = pd.DataFrame(scaler.transform(raw), columns=["age", "income"])
    points, preparations, quality = [], [], []
    for segmentation, features in SEGMENTATIONS.items():
        point = z[features].to_numpy().tolist()
        points.append(pd.DataFrame({"segmentation": segmentation, "point": point}))
        for position, feature in enumerate(features):
            preparations.append(
                {
                    "segmentation": segmentation,
                    "feature": feature,
                    "position": position,
                    "customers": len(raw),
                    "imputed_value": 40.0 if feature == "age" else None,
                    "lower_bound": None,
                    "upper_bound": 1e6,
                    "transform": "none",
                    "center": scaler.mean_[position],
                    "scale": scaler.scale_[position],
                    "weight": 1.0,
                    "lowest_z": z[feature].min(),
                    "highest_z": z[feature].max(),
                }
            )
        for clusters in (2, 3, 4):
            quality.append(
                {
                    "segmentation": segmentation,
                    "configuration_hash": f"{segmentation}-c1",
                    "data_fingerprint": f"d{crc32(raw.tobytes())}",
                    "clusters": clusters,
                    "customers": len(raw),
                    "training_customers": len(raw),
                    "inertia": 0.3 * len(raw),
                    "simplified_silhouette": 0.1 * clusters,
                    "stability": 0.2 * clusters,
                    "is_chosen": clusters == 2 * len(features),
                    "centroids": [
                        [1.5 * sign for sign in signs[: len(features)]]
                        for signs in SIGNS[:clusters]
                    ],
                    "segment_stability": [0.9, 0.8, 0.7, 0.6][:clusters],
                }
            )
    quality = pd.DataFrame(quality)
    tables = {
        "int_training_points": pd.concat(points),
        "feature_preparation": pd.DataFrame(preparations[::-1]),
        "segmentation_quality": quality.drop(columns=LISTS),
        "kmeans_candidates": quality[[*KEY, "centroids"]],
        "candidate_stabilities": quality[[*KEY, "stability", "segment_stability"]],
    }
    for name, frame in tables.items():
        session.register("frame", frame)
        session.execute(f"create or replace table {name} as from frame")
        session.unregister("frame")
    session.execute(
        """
        create or replace table int_training_vectors as
        select segmentation, point, count(*) as customers
        from int_training_points
        where list_contains(?, segmentation)
        group by segmentation, point
        """,
        [list(due)],
    )
    session.execute("""
        create or replace table int_preparations as
        select
            segmentation,
            list(weight order by position) as weights,
            list(greatest(abs(lowest_z), abs(highest_z)) order by position)
                as largest_coordinates
        from feature_preparation
        group by segmentation
    """)


def of(rows, segmentation):
    return [row for row in rows if row["segmentation"] == segmentation]


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


def draw(project, choice):
    """Mark the candidates as fitted on a sample of the customers.

    Args:
        project: connection of the database.
        choice: number of customers in the sample.
    """
    project.execute(f"""
        update segmentation_quality
        set training_customers = {choice}, inertia = inertia * {choice} / customers
    """)


def starts(kmeans_refinements, monkeypatch):
    """A list that collects the centroids and inertias from which passes start."""
    seen = []

    def observed(customers, centroids, inertia, sample):
        seen.append((centroids.tolist(), inertia))
        return refine(customers, centroids, inertia, sample)

    refine = kmeans_refinements.refine
    monkeypatch.setattr(kmeans_refinements, "refine", observed)
    return seen


FITTED = ("kmeans_fits", "kmeans_refinements", "kmeans_starts")


def forget(project):
    """Drop the tables with fits of earlier builds."""
    for name in FITTED:
        project.execute(f"drop table if exists {name}")


def test_model_fits_the_larger_sample_before_all_customers(
    kmeans_refinements, project, build_fits, monkeypatch
):
    seen = starts(kmeans_refinements, monkeypatch)
    build_fits(project)
    # Candidates were chosen on all training vectors, so K-means need not run again.
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
    # The inertia of the sample, scaled to all customers.
    assert seen[0][1] == pytest.approx(48)
    assert rows[0]["passes"] == 2
    assert rows[0]["inertia"] == pytest.approx(reference.inertia_)
    assert rows[0]["customers"] == 160
    # Each segment still has the stability of the candidate's centroid it comes from.
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


def test_model_registers_the_same_input_once(
    kmeans_starts, kmeans_refinements, project, build_fits, monkeypatch
):
    draw(project, 40)
    first = build_fits(project)

    def unexpected(*_):
        raise AssertionError("fitted again")

    monkeypatch.setattr(kmeans_starts, "refit", unexpected)
    monkeypatch.setattr(kmeans_refinements, "refine", unexpected)
    assert build_fits(project) == first


def test_model_keeps_the_registry_where_no_fit_is_due(project, build_fits, groups):
    first = build_fits(project)
    fill(project, groups(PEOPLE, 40, 3.0, 12), due=())
    assert build_fits(project) == first


def test_model_appends_a_fit_of_new_data_and_keeps_the_ids(project, build_fits, groups):
    first = build_fits(project)
    fill(project, groups(PEOPLE, 55, 3.0, 12), due=("value",))
    second = build_fits(project)
    assert second[: len(first)] == first
    added = second[len(first) :]
    assert {row["segmentation"] for row in added} == {"value"}
    assert {row["customers"] for row in added} == {220}
    assert {row["fit_id"] for row in added}.isdisjoint(row["fit_id"] for row in first)
    assert min(row["fitted_at"] for row in added) >= first[0]["fitted_at"]

    def places(rows):
        return {
            (row["segment_id"], row["feature"]): round(row["centroid_value"] / 10)
            for row in of(rows, "value")
        }

    assert places(added) == places(first)
    assert len(places(first)) == 8


def test_model_never_gives_the_id_of_a_vanished_segment_again(
    project, build_fits, groups
):
    build_fits(project)
    # An older fit had a value-20. In the newest fit, value-4 is far from all customers.
    project.execute("""
        insert into kmeans_fits
        select * replace (
            'older' as fit_id,
            'value-20' as segment_id,
            fitted_at - interval 1 day as fitted_at,
            adopted_at - interval 1 day as adopted_at
        )
        from kmeans_fits
        where segment_id = 'value-4';

        update kmeans_fits set centroid = centroid + 100
        where segment_id = 'value-4'
    """)
    fill(project, groups(PEOPLE, 40, 3.0, 13))
    rows = of(build_fits(project), "value")
    newest = max(row["fitted_at"] for row in rows)
    assert {row["segment_id"] for row in rows if row["fitted_at"] == newest} == {
        "value-1",
        "value-2",
        "value-3",
        "value-21",
    }


def test_model_matches_on_the_features_that_both_fits_have(project, build_fits, groups):
    def incomes(rows):
        newest = max(row["fitted_at"] for row in of(rows, "value"))
        return {
            row["segment_id"]: round(row["centroid_value"] / 10)
            for row in of(rows, "value")
            if row["fitted_at"] == newest and row["feature"] == "income"
        }

    before = incomes(build_fits(project))
    # Turns the previous fit into one with two segments, on income and another feature.
    project.execute("""
        delete from kmeans_fits where segment_id in ('value-3', 'value-4');
        update kmeans_fits set feature = 'debt' where feature = 'age'
    """)
    fill(project, groups(PEOPLE, 40, 3.0, 14))
    after = incomes(build_fits(project))
    assert sorted(after) == [f"value-{number}" for number in (1, 2, 3, 4)]
    assert {before["value-1"], before["value-2"]} == {2, 8}
    for name in ("value-1", "value-2"):
        assert after[name] == before[name]


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


def import_registry(project):
    """Replace the registry with one to import, as from `segmentation_registry`."""
    project.execute("""
        create or replace table base_registry as
        select 'a name' as segment_name, * from kmeans_fits
    """)


def test_model_starts_from_an_imported_registry(project, build_fits, groups):
    first = build_fits(project)
    import_registry(project)
    project.execute("drop table kmeans_fits")
    fill(project, groups(PEOPLE, 55, 3.0, 12), due=[])
    assert build_fits(project) == first


def test_model_prefers_its_own_registry_to_an_imported_one(project, build_fits, groups):
    build_fits(project)
    import_registry(project)
    project.execute("drop table kmeans_fits")
    project.execute("update base_registry set fit_id = 'over there ' || segmentation")
    project.execute("create or replace table kmeans_fits as from base_registry limit 0")
    project.execute("alter table kmeans_fits drop segment_name")
    imported = build_fits(project)
    assert len({row["fit_id"] for row in imported}) == 4

    project.execute("update base_registry set fit_id = 'never seen'")
    assert build_fits(project) == imported


def test_model_fits_a_renamed_segmentation(project, build_fits):
    build_fits(project)
    for table_name in (
        "int_training_points",
        "int_training_vectors",
        "int_preparations",
        "feature_preparation",
        "segmentation_quality",
        "kmeans_candidates",
        "candidate_stabilities",
    ):
        project.execute(
            f"update {table_name} set segmentation = 'worth' "
            "where segmentation = 'value'"
        )
    assert of(build_fits(project), "worth")


def test_model_fits_anew_when_all_values_moved_together(project, build_fits):
    build_fits(project)
    project.execute(
        "update feature_preparation set center = center + 1 where feature = 'age'"
    )
    rows = of(build_fits(project), "value")
    assert len({row["fit_id"] for row in rows}) == 2


def test_model_adopts_an_earlier_fit_when_its_data_are_back(
    project, build_fits, groups
):
    first, second = groups(PEOPLE, 40, 3.0, 11), groups(PEOPLE, 55, 3.0, 12)
    for raw in (first, second, first):
        fill(project, raw)
        rows = of(build_fits(project), "value")
    adopted = max(rows, key=lambda row: row["adopted_at"])
    assert adopted["customers"] == len(first)
    assert adopted["fitted_at"] < adopted["adopted_at"]
    assert len({row["fit_id"] for row in rows}) == 2


def test_model_is_not_misled_by_a_table_of_its_name_elsewhere(project, build_fits):
    project.execute("attach ':memory:' as published")
    project.execute("create table published.main.kmeans_fits (a int)")
    assert build_fits(project)
