"""A reader of publications for a separate process: python reader.py <folder> <stop>.

It prints "reading" after the first reading and reads until the file <stop> exists. Then
it prints JSON: how often it read each state, and all errors.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import duckdb

CHECKSUM = """
    select count(*), coalesce(sum(md5_number_lower(to_json(one_row))), 0)::varchar
    from (select {columns} from {source}) as one_row
"""


def measure(connection, source: str) -> tuple:
    """Return number of rows and checksum of a table or file, as in docs/connect.md."""
    names = [row[0] for row in connection.execute(f"describe from {source}").fetchall()]
    columns = ", ".join(f'"{name}"' for name in names if name != "scored_at")
    sql = CHECKSUM.format(columns=columns, source=source)
    return connection.execute(sql).fetchone()


def differences(connection, tables: list[dict], source: str) -> list[str]:
    """Return the tables whose rows differ from the manifest.

    Args:
        connection: connection of DuckDB.
        tables: tables of the manifest.
        source: SQL of the place of a table; {} stands for its name.
    """
    return [
        table["table_name"]
        for table in tables
        if measure(connection, source.format(table["table_name"]))
        != (table["row_count"], table["checksum"])
    ]


def read_database(folder: Path) -> tuple[str, list[str]]:
    """Return the version of the DuckDB file, and the tables that are wrong in it."""
    file = folder / "current" / "segments.duckdb"
    with duckdb.connect(str(file), read_only=True) as connection:
        rows = connection.execute(
            "select table_name, row_count, checksum, version from published_tables"
        )
        names = [column[0] for column in rows.description]
        tables = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
        wrong = differences(connection, tables, "{}")
        versions = {table["version"] for table in tables}
        return "+".join(sorted(versions)), wrong


def read_parquet(folder: Path) -> tuple[str, list[str]]:
    """Return the version of the Parquet files, and the tables that are wrong."""
    version = (folder / "current").resolve()
    manifest = json.loads((version / "manifest.json").read_text())
    with duckdb.connect() as connection:
        wrong = differences(
            connection, manifest["tables"], f"'{version}/parquet/{{}}.parquet'"
        )
    return manifest["version"], wrong


def main(folder: Path, stop: Path) -> None:
    """Read the DuckDB file and the Parquet files in turn, every few milliseconds."""
    seen, wrong = Counter(), []
    while not stop.exists():
        for read in (read_database, read_parquet):
            try:
                version, differing = read(folder)
            except Exception as error:  # every error that a reader gets is a finding
                wrong.append(f"{read.__name__}: {error!r}")
                continue
            seen[f"{read.__name__} {version}"] += 1
            wrong += [f"{read.__name__} {version}: {table}" for table in differing]
        if sum(seen.values()) == 2:
            print("reading", flush=True)
        time.sleep(0.003)
    print(json.dumps({"seen": seen, "wrong": wrong}))


@contextmanager
def reading(folder: Path, stop: Path):
    """Run a reader in a separate process. Its report is complete at the end."""
    stop.unlink(missing_ok=True)
    report = SimpleNamespace(seen={}, wrong=None)
    command = [sys.executable, __file__, str(folder), str(stop)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "reading\n"
            yield report
        finally:
            stop.touch()
            vars(report).update(json.loads(process.communicate()[0]))


@contextmanager
def holding(file: Path):
    """Run a process that keeps a file open, as a BI tool does."""
    code = (
        "import duckdb, sys\n"
        f"connection = duckdb.connect({str(file)!r}, read_only=True)\n"
        "for _ in range(2):\n"
        "    print(connection.sql('from segments').fetchall(), flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        first = process.stdout.readline()
        yield
        assert first.startswith("[(")
        assert process.communicate()[0] == first


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
