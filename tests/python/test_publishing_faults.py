"""After a kill or an error while publishing, the publication has one complete state."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from loading import load_model
from publishing import publish_state
from reader import read_database, read_parquet

HERE = Path(__file__).parent
CRASHING = """
import os, signal, sys
sys.path.insert(0, {here!r})
from pathlib import Path
from publishing import publish_twice
publish_twice(Path({folder!r}), {call!r}, {nth})
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "nth", "state"),
    [
        ("write", 1, 1),
        ("measure", 1, 1),
        ("measure", 2, 1),
        ("write_comments", 2, 1),
        ("json.dumps", 2, 1),
        ("switch", 1, 1),
        ("os.replace", 1, 1),
        ("clean", 2, 2),
    ],
)
def test_a_kill_leaves_one_whole_state(tmp_path, call, nth, state):
    code = CRASHING.format(here=str(HERE), folder=str(tmp_path), call=call, nth=nth)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert done.returncode == -signal.SIGKILL, done.stderr
    for read in (read_database, read_parquet):
        _, wrong = read(tmp_path)
        assert wrong == []
    manifest = json.loads((tmp_path / "current" / "manifest.json").read_text())
    assert [table["row_count"] for table in manifest["tables"]] == [state, state]

    publication = load_model("models/publish/publication.py")
    with duckdb.connect() as session:
        publish_state(publication, session, tmp_path, 3)
    assert len(list((tmp_path / "versions").iterdir())) == 2
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["current", "versions"]
    assert read_database(tmp_path)[1] == read_parquet(tmp_path)[1] == []


def test_nothing_else_in_the_folder_is_removed(tmp_path):
    publication = load_model("models/publish/publication.py")
    mine = tmp_path / "versions" / "2026"
    mine.mkdir(parents=True)
    with duckdb.connect() as session:
        for state in (1, 2, 3):
            publish_state(publication, session, tmp_path, state)

    assert mine.exists()
    assert len(list(mine.parent.iterdir())) == 3


def test_without_symbolic_links_the_build_says_so(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError("a required privilege is not held by the client")

    publication = load_model("models/publish/publication.py")
    monkeypatch.setattr(Path, "symlink_to", refuse)
    with (
        duckdb.connect() as session,
        pytest.raises(RuntimeError, match="can hold no symbolic link"),
    ):
        publish_state(publication, session, tmp_path, 1)

    assert list((tmp_path / "versions").iterdir()) == []


def test_an_error_half_way_is_told_and_leaves_nothing(tmp_path, session):
    publication = load_model("models/publish/publication.py")
    broken = {"function_name": "broken", "arguments": "x", "expression": "no_such(x"}
    publish_state(publication, session, tmp_path, 1)

    with pytest.raises(duckdb.ParserException, match="syntax error"):
        publish_state(publication, session, tmp_path, 2, [broken])

    assert len(list((tmp_path / "versions").iterdir())) == 1
    assert read_database(tmp_path)[1] == read_parquet(tmp_path)[1] == []
    publish_state(publication, session, tmp_path, 3)  # the failed file is detached
    assert len(list((tmp_path / "versions").iterdir())) == 2
