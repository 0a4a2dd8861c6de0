"""Publishes two tables of a database in memory. Their number of rows is their state."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path

import duckdb
from loading import load_model


def publish_twice(folder: Path, call: str, nth: int) -> None:
    """Publish two states of two tables, and kill the process during the second.

    Args:
        folder: folder of the publications.
        call: function of the model, or of a module it uses, that kills the process.
        nth: number of the call in the second publication.
    """
    publication = load_model("models/publish/publication.py")
    with duckdb.connect() as session:
        publish_state(publication, session, folder, 1)
        *places, name = call.split(".")
        owner = publication
        for place in places:
            owner = getattr(owner, place)
        function, calls = getattr(owner, name), []

        def killed(*arguments, **options):
            calls.append(name)
            if len(calls) == nth:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **options)

        setattr(owner, name, killed)
        publish_state(publication, session, folder, 2)


def publish_state(
    publication,
    session,
    folder: Path,
    state: int,
    functions: Sequence = (),
    database: str = "memory",
) -> None:
    """Publish two tables whose number of rows is the number of the state."""
    tables = []
    for name in ("one", "two"):
        session.execute(
            f"create or replace table {name} as select {state} as state "
            f"from range({state})"
        )
        session.execute(f"comment on table {name} is 'The state.'")
        tables.append(
            {
                "table_name": name,
                "database_name": database,
                "schema_name": "main",
                "identifier": name,
                "is_never_empty": True,
                "own_comments": "{}",
            }
        )
    publication.publish(
        session,
        folder,
        tables,
        {
            "facts": {"data_as_of": "2026-01-01 00:00:00", "fit_ids": {}},
            "functions": functions,
        },
    )
