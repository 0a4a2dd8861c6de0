"""Erase a customer from every file that this project writes, and look for traces.

python macros/history/erase_customer.py CUSTOMER [--database FILE] [options of dbt]

The customer must first be deleted from the source. Two builds with these options write
all tables again. Between them, the customer is deleted from the history, and the
database is copied into a new file, because DuckDB keeps deleted rows in free blocks.
Earlier publications, logs and the report are removed at the end. The exit code is 1 if
a trace is left.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb

# The module `publication` is the model that publishes.
sys.path.append(str(Path(__file__).parents[2] / "models" / "publish"))

from publication import CURRENT, VERSIONS, literal, quoted, read_manifest
from traces import TELLING_LENGTH, traces

# Texts that DuckDB has compressed in these ways cannot be found in the bytes.
COMPRESSIONS = "fsst,dict_fsst,zstd,dictionary"


class CannotEraseError(Exception):
    """Error that stops the erasure; its message says what to do."""


def build(options: list[str]) -> None:
    """Run `dbt build`.

    Args:
        options: options of dbt.
    """
    dbt = [sys.executable, "-c", "from dbt.cli.main import cli; cli()"]
    if subprocess.run([*dbt, "build", *options], check=False).returncode:
        raise CannotEraseError(
            "The build failed, so the customer is not erased from everything. Mend what"
            " it says above, and erase again."
        )


def relations(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    """Return the tables with a name, in all schemas of the database."""
    found = connection.execute(
        "select schema_name from duckdb_tables() where table_name = ? "
        "and database_name = current_database() order by all",
        [name],
    ).fetchall()
    return [f"{quoted(schema)}.{quoted(name)}" for (schema,) in found]


def spellings(connection: duckdb.DuckDBPyConnection, customer: str) -> list[str]:
    """Return the id as given and as the tables store it, such as 0007 and 7."""
    found = {customer}
    for table in relations(connection, "customer_segment_history"):
        (kind,) = connection.execute(
            f"select typeof(max(customer_id)) from {table}"
        ).fetchone()
        (typed,) = connection.execute(
            f"select try_cast(? as {kind})::varchar", [customer]
        ).fetchone()
        found |= {typed} - {None}
    return sorted(found)


def refuse_if_in_source(connection: duckdb.DuckDBPyConnection, ids: list[str]) -> None:
    """Stop if the build has read the customer from the source."""
    for table in relations(connection, "int_customers_checked"):
        found = connection.execute(
            f"select 1 from {table} where list_contains($ids, customer_id::varchar) "
            "or list_contains($ids, trim(rejected_row[1])) limit 1",
            {"ids": ids},
        ).fetchall()
        if found:
            raise CannotEraseError(
                "The customer is still in the source (segmentation_customers), from"
                " where every build would bring everything back: nothing was erased."
                " Delete the customer there, and erase again."
            )


def forget(connection: duckdb.DuckDBPyConnection, ids: list[str]) -> int:
    """Delete the customer from the tables that keep rows of earlier builds; return the
    number of deleted stays.
    """
    stays = 0
    for table in relations(connection, "customer_segment_history"):
        (deleted,) = connection.execute(
            f"delete from {table} where list_contains($ids, customer_id::varchar)",
            {"ids": ids},
        ).fetchone()
        stays += deleted
    for table in relations(connection, "segment_migrations"):
        # The next build writes this table again from the history.
        connection.execute(f"drop table {table}")
    connection.execute("force checkpoint")
    return stays


def rewrite(database: Path) -> None:
    """Copy the tables and views of the database into a new file without free blocks."""
    new = database.with_name(f"{database.name}.rewritten")
    new.unlink(missing_ok=True)
    try:
        with duckdb.connect() as connection:
            connection.execute(f"set disabled_compression_methods = '{COMPRESSIONS}'")
            # Views contain the name of their database, so it must stay the same.
            name = quoted(database.stem)
            connection.execute(f"attach {literal(database)} as {name} (read_only)")
            connection.execute(f"attach {literal(new)} as rewritten__database")
            connection.execute(f"copy from database {name} to rewritten__database")
        shutil.copymode(database, new)
        os.replace(new, database)
    finally:
        new.unlink(missing_ok=True)


def remove_what_is_older(folders: list[Path], target: Path, logs: Path) -> None:
    """Remove earlier publications, logs, the report and temporary files of DuckDB."""
    for folder in folders:
        current = read_manifest(folder / CURRENT).get("version")
        for version in (folder / VERSIONS).glob("*"):
            if current and version.name != current:
                shutil.rmtree(version)
    shutil.rmtree(target / "report", ignore_errors=True)
    spill = Path(os.environ.get("SEGMENTATION_TEMP_DIRECTORY", target / "spill"))
    for file in [*logs.glob("dbt.log*"), *spill.glob("duckdb_temp*")]:
        file.unlink()


def listed(database: Path, table: str, column: str) -> list[Path]:
    """Return the paths in a column of a table of the database."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return [
            Path(path)
            for relation in relations(connection, table)
            for (path,) in connection.execute(
                f"select distinct {column} from {relation} order by all"
            ).fetchall()
        ]


def written_files(
    database: Path, folders: list[Path], exports: list[Path], artifacts: list[Path]
) -> list[Path]:
    """Return all files that the project may have written.

    Args:
        database: file of the database.
        folders: folders of publications.
        exports: files with audiences.
        artifacts: folders where dbt and the report write.
    """
    wal = database.with_name(f"{database.name}.wal")
    found = {file for folder in folders for file in (folder / VERSIONS).rglob("*")}
    found |= {file for folder in artifacts for file in folder.rglob("*")}
    return sorted(
        file.resolve() for file in {*found, *exports, database, wal} if file.is_file()
    )


def erase(customer: str, database: Path, options: list[str]) -> list[str]:
    """Erase a customer; return the traces that are left.

    Args:
        customer: id of the customer.
        database: file of the database.
        options: options of dbt.
    """
    folders = argparse.ArgumentParser(allow_abbrev=False)
    folders.add_argument("--project-dir", type=Path, default=Path())
    for option, default in (("target-path", "target"), ("log-path", "logs")):
        default = os.environ.get(f"DBT_{option.upper().replace('-', '_')}", default)
        folders.add_argument(f"--{option}", type=Path, default=default)
    given, _ = folders.parse_known_args(options)
    target, logs = (
        given.project_dir / given.target_path,
        given.project_dir / given.log_path,
    )

    build(options)
    with duckdb.connect(str(database)) as connection:
        ids = spellings(connection, customer)
        refuse_if_in_source(connection, ids)
        stays = forget(connection, ids)
    rewrite(database)
    print(f"{stays} stays are deleted, and the database is a new file.", flush=True)
    build(options)
    publications = listed(database, "int_tables_to_publish", "folder")
    exports = listed(database, "audience_files", "path")
    remove_what_is_older(publications, target, logs)

    left = []
    files = written_files(database, publications, exports, [target, logs])
    for file in files:
        places = traces(file, ids)
        is_artifact = file.suffix not in (".duckdb", ".parquet", ".csv")
        if places and is_artifact and target.resolve() in file.parents:
            file.unlink()  # dbt writes this file again
            continue
        left += [f"{file}: {place}" for place in places]
    print(f"{len(files)} files are searched.")
    if min(map(len, ids)) < TELLING_LENGTH:
        print(
            "The id is short: other numbers and texts may be the same by chance, so it"
            " is searched as a whole value only."
        )
    return left


def main() -> None:
    """Erase a customer and print which traces are left."""
    parser = argparse.ArgumentParser(
        description="Erase a customer who is gone from the source.",
        epilog="Everything else is handed on to `dbt build`.",
        allow_abbrev=False,
    )
    parser.add_argument("customer", help="the id")
    parser.add_argument(
        "--database",
        type=Path,
        default=os.environ.get("SEGMENTATION_DATABASE", "customer_segmentation.duckdb"),
        help="of the builds; else SEGMENTATION_DATABASE, else the sample's",
    )
    arguments, options = parser.parse_known_args()
    if not arguments.customer.strip():
        parser.error("which customer? make erase CUSTOMER=...")
    try:
        left = erase(arguments.customer.strip(), arguments.database, options)
    except (CannotEraseError, duckdb.IOException) as error:
        sys.exit(str(error))
    if left:
        sys.exit("\n".join(["Traces are left:", *left]))
    print("No trace of the customer is left. Draw the report anew: make report")


if __name__ == "__main__":
    main()
