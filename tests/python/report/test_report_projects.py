"""The report of other projects, and of files that are not a build."""

import shutil

import duckdb
import pytest
from browsing import go, render, run_report, texts


@pytest.mark.slow
def test_two_features_and_no_measures_are_enough(smallest, tmp_path, look):
    file = render(smallest.database, tmp_path)
    with look(file) as page:
        cards = go(page, "people/overview").locator(".card")
        assert cards.count() == 3
        assert cards.locator(".measures").count() == 0
        view = go(page, "people/segments")
        assert view.locator(".points circle").count() == 180
        assert view.locator(".heat tbody tr").count() == 3
        assert go(page, "people/comparison").locator(".explained tr").count() == 2
        go(page, "people/movement")
        go(page, "people/choosing_k")
        go(page, "/data")
        assert page.noted == [file.as_uri()]


@pytest.mark.slow
def test_boards_without_their_tables_are_left_out(smallest, tmp_path, look):
    database = shutil.copy(smallest.database, tmp_path)  # views name the file
    optional = [
        *("feature_histograms", "feature_correlations", "segmentation_comparison"),
        *("segmentation_effects", "segment_overlap", "kmeans_assumptions"),
        *("segment_rules", "drift", "segment_migrations", "segmentation_quality"),
    ]
    with duckdb.connect(str(database)) as connection:
        for name in optional:
            connection.execute(f"drop table {name}")
        connection.execute("drop view customer_features")
    with look(render(database, tmp_path), "people/overview") as page:
        boards = texts(page.locator(".view:visible .boards a"))

    assert boards == ["Overview", "What sets them apart", "Movement"]


def test_without_a_build_it_says_what_to_do(tmp_path):
    finished = run_report(tmp_path / "nothing.duckdb", tmp_path)

    assert finished.returncode == 1
    assert "Run `make build` first" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert not (tmp_path / "nothing.duckdb").exists()


@pytest.mark.slow
def test_during_a_build_it_says_to_wait(smallest, tmp_path):
    database = shutil.copy(smallest.database, tmp_path / "busy.duckdb")
    with duckdb.connect(str(database)):
        finished = run_report(database, tmp_path)

    assert finished.returncode == 1
    assert "wait for its end" in finished.stderr
    assert "Traceback" not in finished.stderr


@pytest.mark.slow
def test_a_renamed_database_is_named_as_the_cause(smallest, tmp_path):
    database = shutil.copy(smallest.database, tmp_path / "renamed.duckdb")
    finished = run_report(database, tmp_path)

    assert finished.returncode == 1
    assert "Views name the file" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_a_database_without_segments_is_no_build(tmp_path):
    database = tmp_path / "other.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table something as select 1 as x")

    assert "has no segments" in run_report(database, tmp_path).stderr
