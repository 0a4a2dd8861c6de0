"""Stores the tables that a build of an earlier version left in its database as files.

After a release, write the files of its version:
python tests/python/earlier_version.py tests/fixtures/VERSION
"""

import sys
import tempfile
from pathlib import Path

import duckdb
import three_groups
from project import ROOT, Project

FIXTURES = ROOT / "tests" / "fixtures"
# The tables that keep rows of earlier builds.
KEPT = [
    "customer_segment_history",
    "kmeans_fits",
    "segment_migrations",
    "segment_names",
    "segmentation_champions",
]


def write(database: Path, folder: Path) -> None:
    """Write the types and the rows of these tables to a folder."""
    folder.mkdir(parents=True)
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute(
            "select table_name, sql from duckdb_tables()"
            " where list_contains($1, table_name) order by all",
            [KEPT],
        ).fetchall()
        for name, _ in tables:
            connection.execute(
                f"copy (from {name} order by all) to '{folder / name}.csv'"
            )
    assert [name for name, _ in tables] == KEPT
    (folder / "schema.sql").write_text("\n".join(sql for _, sql in tables) + "\n")


def restore(folder: Path, database: Path) -> None:
    """Create a database with the tables of a folder."""
    with duckdb.connect(str(database)) as connection:
        connection.execute((folder / "schema.sql").read_text())
        for name in KEPT:
            connection.execute(
                f"copy {name} from '{folder / name}.csv' (allow_quoted_nulls false)"
            )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        built = Project(Path(place))
        assert three_groups.run(built).success
        write(built.database, Path(sys.argv[1]))
