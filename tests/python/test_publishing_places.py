"""Folders of publications that are copied, read-only, of another database, or in use by
several publishers.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from loading import load_model
from publishing import publish_state
from reader import read_database, read_parquet

HERE = Path(__file__).parent
VERSION = "20200101T000000000000Z"


@pytest.fixture
def publication():
    return load_model("models/publish/publication.py")


@pytest.fixture
def folder(tmp_path, publication, session):
    """A folder with two publications."""
    folder = tmp_path / "published"
    for state in (1, 2):
        publish_state(publication, session, folder, state)
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "versions").iterdir())


def state_of(folder: Path) -> set[int]:
    """Check that the current publication is complete; return the rows of its tables."""
    assert read_database(folder)[1] == read_parquet(folder)[1] == []
    manifest = json.loads((folder / "current" / "manifest.json").read_text())
    return {table["row_count"] for table in manifest["tables"]}


@pytest.mark.parametrize("left_out", [[], ["versions"]], ids=["all", "current"])
def test_a_copy_without_links_heals(publication, session, folder, tmp_path, left_out):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(*left_out))
    copied = json.loads((copy / "current" / "manifest.json").read_text())["version"]
    assert not (copy / "current").is_symlink()

    publish_state(publication, session, copy, 3)

    assert (copy / "current").is_symlink()
    assert state_of(copy) == {3}
    assert names(copy)[0] == copied
    assert len(names(copy)) == 2


def test_an_archive_without_links_heals(publication, session, folder, tmp_path):
    archive = shutil.make_archive(str(tmp_path / "archive"), "zip", folder)
    copy = tmp_path / "copy"
    shutil.unpack_archive(archive, copy)
    assert not any((copy / "current").iterdir())

    publish_state(publication, session, copy, 3)

    assert state_of(copy) == {3}
    assert names(copy)[0] == names(folder)[1]


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_is_no_publication_is_left_and_named(publication, session, folder, kind):
    current = folder / "current"
    current.unlink()
    notes = current / "notes.txt" if kind == "folder" else current
    notes.parent.mkdir(exist_ok=True)
    notes.write_text("mine")
    before = names(folder)

    with pytest.raises(RuntimeError, match="is no publication") as stopped:
        publish_state(publication, session, folder, 3)

    assert str(current) in str(stopped.value)
    assert "Move it away and build again." in str(stopped.value)
    assert notes.read_text() == "mine"
    assert names(folder) == before


def test_without_the_link_the_versions_stay(publication, session, folder):
    newest = names(folder)[1]
    (folder / "current").unlink()

    publish_state(publication, session, folder, 3)

    assert names(folder)[0] == newest
    assert state_of(folder) == {3}


@pytest.mark.parametrize("manifest", [None, "{}", "[]", "{", '{"version": "x"}'])
def test_only_versions_with_our_manifest_are_removed(
    publication, session, folder, manifest
):
    mine = folder / "versions" / VERSION
    mine.mkdir()
    if manifest:
        (mine / "manifest.json").write_text(manifest)

    for state in (3, 4, 5):
        publish_state(publication, session, folder, state)

    assert names(folder)[0] == VERSION
    assert len(names(folder)) == 3


@pytest.mark.parametrize("place", [".", "versions"])
def test_a_file_in_place_of_the_folder_is_named(publication, session, tmp_path, place):
    file = tmp_path / "published" / place
    file.parent.mkdir(exist_ok=True)
    file.write_text("mine")

    with pytest.raises(RuntimeError, match="is a file, where a folder") as stopped:
        publish_state(publication, session, tmp_path / "published", 1)

    assert f"segmentation_publish_to: {file} is" in str(stopped.value)
    assert file.read_text() == "mine"


def test_a_link_to_nothing_is_named(publication, session, tmp_path):
    folder = tmp_path / "published"
    folder.symlink_to(tmp_path / "gone")

    with pytest.raises(RuntimeError, match="is a link to nothing"):
        publish_state(publication, session, folder, 1)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("mkdir", PermissionError(13, "Permission denied", "/mnt/there")),
        ("mkdir", OSError(30, "Read-only file system", "/mnt/there")),
        ("write_text", OSError(28, "No space left on device", "/mnt/there")),
    ],
)
def test_a_folder_that_cannot_be_written_is_named(
    publication, session, folder, monkeypatch, call, error
):
    def refuse(*_, **__):
        raise error

    before = names(folder)
    monkeypatch.setattr(Path, call, refuse)
    with pytest.raises(RuntimeError) as stopped:
        publish_state(publication, session, folder, 3)

    assert str(stopped.value) == (
        f"segmentation_publish_to: /mnt/there cannot be written ({error.strerror})."
        " Allow this user to write there, or name another folder ('' for none)."
    )
    assert names(folder) == before


def test_what_duckdb_cannot_write_is_told(publication, session, folder, monkeypatch):
    monkeypatch.setattr(publication, "DATABASE", "no/such/place")
    with pytest.raises(
        RuntimeError, match=r"cannot be written \(IO Error: Cannot open"
    ):
        publish_state(publication, session, folder, 3)
    assert state_of(folder) == {2}


def publish_from(file: Path, publication, folder: Path, state: int) -> None:
    """Publish tables of a database in a file."""
    with duckdb.connect() as session:
        session.execute(f"attach '{file}' as shop; use shop")
        publish_state(publication, session, folder, state, database="shop")


def test_another_database_of_the_same_name_is_refused(publication, tmp_path):
    one, two = (tmp_path / name / "shop.duckdb" for name in ("one", "two"))
    for file in (one, two):
        file.parent.mkdir()
    folder = tmp_path / "published" / "shop"
    publish_from(one, publication, folder, 1)
    publish_from(one, publication, folder, 2)

    with pytest.raises(RuntimeError, match="another database") as stopped:
        publish_from(two, publication, folder, 3)

    for named in (folder, one, two, folder / "current", "segmentation_publish_to"):
        assert str(named) in str(stopped.value)
    assert state_of(folder) == {2}
    (folder / "current").unlink()
    publish_from(two, publication, folder, 4)
    assert state_of(folder) == {4}


def test_a_database_may_move_with_its_folder_or_be_made_anew(publication, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    publish_from(here / "shop.duckdb", publication, here / "published", 1)
    shutil.copytree(here, there, symlinks=True)
    publish_from(there / "shop.duckdb", publication, there / "published", 2)
    (here / "shop.duckdb").unlink()
    publish_from(here / "shop.duckdb", publication, here / "published", 3)
    (here / "shop.duckdb").rename(here / "renamed.duckdb")
    publish_from(here / "renamed.duckdb", publication, here / "published", 4)

    assert state_of(here / "published") == {4}
    assert state_of(there / "published") == {2}


PUBLISHING = """
import sys
sys.path.insert(0, {here!r})
import duckdb
from pathlib import Path
from loading import load_model
from publishing import publish_state
publication = load_model("models/publish/publication.py")
print("ready", flush=True)
sys.stdin.readline()
with duckdb.connect() as session:
    for state in range(1, 6):
        publish_state(publication, session, Path({folder!r}), state)
"""


@pytest.mark.slow
def test_several_publishers_wait_for_each_other(tmp_path):
    code = PUBLISHING.format(here=str(HERE), folder=str(tmp_path))
    pipe = subprocess.PIPE
    publishers = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            text=True,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
        )
        for _ in range(3)
    ]
    for publisher in publishers:
        assert publisher.stdout.readline() == "ready\n"
    for publisher in publishers:
        publisher.stdin.write("go\n")
        publisher.stdin.flush()
    told = [publisher.communicate()[1] for publisher in publishers]

    assert told == ["", "", ""]
    assert state_of(tmp_path) == {5}
    assert len(names(tmp_path)) == 2
