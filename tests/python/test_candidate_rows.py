"""kmeans_candidates keeps the rows of known candidates and only computes new ones."""

import json

import numpy as np
import pytest
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits
from vectors import (
    GROUPS,
    fill_training,
)

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def project(session, groups):
    """A database with the tables that the model refers to."""
    fill_training(session, groups)
    return session


@pytest.fixture
def computed(kmeans_candidates, monkeypatch):
    """The names of the segmentations whose candidates the model computes."""
    names = []

    def observed(sample, settings, customers):
        names.append(settings["segmentation"])
        return fit_candidates(sample, settings, customers)

    fit_candidates = kmeans_candidates.fit_candidates
    monkeypatch.setattr(kmeans_candidates, "fit_candidates", observed)
    return names


def keys(rows):
    """Return the sorted keys of the rows."""
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
