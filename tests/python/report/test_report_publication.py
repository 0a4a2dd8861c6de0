"""The report is part of the publication."""

import shutil
from pathlib import Path

import duckdb
import pytest
from browsing import go, run_report, texts

from report import publish


@pytest.fixture
def published(sample, tmp_path):
    """A copy of the sample's database and of its publication."""
    database = Path(shutil.copy(sample.database, tmp_path))
    shutil.copytree(sample.published.parent, tmp_path / "published", symlinks=True)
    return database, tmp_path / "published"


def test_the_publication_gets_the_same_page(file, published, look):
    database, folder = published
    finished = run_report(database, folder.parent, "--publication", str(folder))
    page = folder / "current" / "report.html"

    assert finished.returncode == 0, finished.stderr
    assert str(page) in finished.stdout
    assert page.stat().st_mode & 0o777 == 0o444
    headings = []
    for one in (file, page):
        with look(one, "/everything") as shown:
            headings.append(texts(shown.locator(".view h1")))
    assert headings[0] == headings[1]
    # A second report replaces the first.
    assert publish(database, folder) == page


def test_what_is_left_out_of_the_publication_is_not_on_its_page(published, look):
    database, folder = published
    tables = folder / "current" / "segments.duckdb"
    tables.chmod(0o644)
    with duckdb.connect(str(tables)) as connection:
        connection.execute("drop table customer_features")
    with look(publish(database, folder), "lifestyle/segments") as page:
        view = go(page, "lifestyle/segments")
        assert view.locator(".points circle").count() == 0
        assert view.locator(".heat").count() == 1

    with duckdb.connect(str(tables)) as connection:
        connection.execute("drop table customer_segments")
    assert publish(database, folder) is None


def test_a_publication_of_another_database_stays_as_it_is(published):
    database, folder = published
    other = Path(shutil.copy(database, folder.parent / "other.duckdb"))

    assert publish(other, folder) is None
    assert publish(database, folder.parent / "nowhere") is None
    assert not (folder / "current" / "report.html").exists()
