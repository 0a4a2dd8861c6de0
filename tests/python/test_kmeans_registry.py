"""The registry has every fit once and keeps it."""

import pytest
from fitting import PEOPLE, draw, fill, new_inputs, of

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def project(session, groups):
    return new_inputs(session, groups)


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
    # An older fit has a segment value-20. In the newest fit, value-4 is far from all
    # customers.
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
    # Changes the previous fit: afterwards it has only two segments, and its features
    # are income and debt instead of income and age. So both fits only share income.
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


def import_registry(project):
    """Write the rows of the registry as a registry to import."""
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
