"""Write the public tables to a folder from which other programs read them.

A publication is a folder of its own: a DuckDB file, a Parquet file per table and a
manifest. When all files are written, a symbolic link is switched to the new folder, so
that a reader always finds a complete publication. If the build stops on the way, no
reader sees the incomplete folder, and the next build removes it. Files and folders that
this model has not written are never removed.
"""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

SCHEMA = {
    "table_name": "VARCHAR",
    "row_count": "BIGINT",
    "checksum": "VARCHAR",
    "parquet_file": "VARCHAR",
    "version": "VARCHAR",
    "published_at": "TIMESTAMP",
    "data_as_of": "TIMESTAMP",
    "scored_at": "TIMESTAMP",
    "fit_ids": "VARCHAR",
}

DATABASE, PARQUET, MANIFEST = "segments.duckdb", "parquet", "manifest.json"
CURRENT, VERSIONS = "current", "versions"
# Sorted by name, versions are in order of time. An incomplete one begins with a dot.
VERSION, VERSION_TIME = re.compile(r"\d{8}T\d{12}Z"), "%Y%m%dT%H%M%S%fZ"
INCOMPLETE = re.compile(rf"\.{VERSION.pattern}")
CATALOG = "segmentation_publication"
# The time of the build is left out: if no data change, the checksum stays the same.
NOT_IN_CHECKSUM = {"scored_at"}
# All versions of DuckDB from 1.0 on can read this storage format.
STORAGE = "v1.0.0"
# The comments of a table's or view's columns, and its own comment with an empty name.
COMMENTS = """
    from (
        select database_name, schema_name, table_name, '' as name, comment
        from duckdb_tables()
        union all
        select database_name, schema_name, view_name, '', comment
        from duckdb_views()
        union all
        select database_name, schema_name, table_name, column_name, comment
        from duckdb_columns()
    )
    select name, comment
    where (database_name, schema_name, table_name) = ($1, $2, $3)
        and comment is not null
"""


class PublicationError(RuntimeError):
    """Error that makes a publication impossible. dbt prints it without traceback."""

    # The setter does nothing, because a context manager would set the traceback again.
    __traceback__ = property(lambda self: None, lambda self, traceback: None)


def quoted(name: str) -> str:
    """Return the name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: object) -> str:
    """Return the text as a SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


def records(relation: DuckDBPyRelation) -> list[dict]:
    """Return a small relation as a list of dictionaries."""
    names = relation.columns
    return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]


def manifest_rows(cursor: DuckDBPyConnection, manifest: dict) -> DuckDBPyRelation:
    """Return a manifest as rows with the types of SCHEMA: one row per table, which also
    has the entries for all tables. An empty manifest has no rows.
    """
    shared = {
        "scored_at": manifest.get("data_as_of"),  # a manifest of version 0.1 lacks it
        **manifest,
        "fit_ids": json.dumps(manifest.get("fit_ids")),
    }
    rows = [table | shared for table in shared.pop("tables", [])]
    return cursor.sql(
        "select line.* from (select unnest(from_json("
        f"{literal(json.dumps(rows))}, '{json.dumps([SCHEMA])}')) as line)"
    )


def place(table: dict) -> list[str]:
    """Return database, schema and name in a row of int_tables_to_publish."""
    return [table["database_name"], table["schema_name"], table["identifier"]]


def measure(cursor: DuckDBPyConnection, table: str) -> dict:
    """Return the number of rows of a table, and a checksum that does not depend on the
    order of the rows: the sum of the lower halves of the MD5 of each row as JSON.
    """
    columns = cursor.execute(f"select * from {table} limit 0").description
    kept = [quoted(column[0]) for column in columns if column[0] not in NOT_IN_CHECKSUM]
    rows, checksum = cursor.execute(
        "select count(*), coalesce(sum(md5_number_lower(to_json(published__row))), 0)"
        f"::varchar from (select {', '.join(kept)} from {table}) as published__row"
    ).fetchone()
    return {"row_count": rows, "checksum": checksum}


def query_for_readers(cursor: DuckDBPyConnection, table: dict) -> str:
    """Return the query that reads a table to publish. BI tools do not know lists, so
    these become JSON texts, except in the registry, which builds can import.
    """
    source = ".".join(quoted(part) for part in place(table))
    columns = cursor.execute(f"describe {source}").fetchall()
    keeps_lists = table["table_name"] == "segmentation_registry"
    published = [
        f"to_json({quoted(name)})::varchar as {quoted(name)}"
        if kind.endswith("]") and not keeps_lists
        else quoted(name)
        for name, kind, *_ in columns
    ]
    return f"select {', '.join(published)} from {source}"


def descriptions(comments: dict) -> str:
    """Return comments as metadata of a Parquet file: `description` of the table, and
    `columns`, a JSON object of the descriptions by name.
    """
    columns = {name: comment for name, comment in comments.items() if name}
    values = {"description": comments.get("", ""), "columns": json.dumps(columns)}
    pairs = [f"'{key}': {literal(value)}" for key, value in values.items()]
    return "{" + ", ".join(pairs) + "}"


def write_table(cursor: DuckDBPyConnection, table: dict, folder: Path) -> dict:
    """Write a table to the attached file and as Parquet.

    Args:
        cursor: a connection with the file attached as CATALOG.
        table: a row of int_tables_to_publish, with its `comments`.
        folder: of the publication.

    Returns:
        What the manifest says of the table.

    Raises:
        PublicationError: if the table is empty and cannot be.
    """
    name = table["table_name"]
    target = f"{CATALOG}.main.{quoted(name)}"
    file = f"{PARQUET}/{name}.parquet"
    cursor.execute(f"create table {target} as {query_for_readers(cursor, table)}")
    cursor.execute(
        f"copy {target} to {literal(folder / file)} (format parquet, compression zstd,"
        f" kv_metadata {descriptions(table['comments'])})"
    )
    measured = measure(cursor, target)
    if table["is_never_empty"] and not measured["row_count"]:
        raise PublicationError(
            f"{name} is empty, so nothing was published: what was published before"
            " stays. Build everything, without --empty."
        )
    return {"table_name": name} | measured | {"parquet_file": file}


def write_comments(cursor: DuckDBPyConnection, name: str, comments: dict) -> None:
    """Write the comments of a table in the attached file. Comments have the names of
    its columns; the comment of the table itself has an empty name.
    """
    table = f"{CATALOG}.main.{quoted(name)}"
    for column, comment in comments.items():
        target = f"column {table}.{quoted(column)}" if column else f"table {table}"
        cursor.execute(f"comment on {target} is {literal(comment)}")


def write(
    cursor: DuckDBPyConnection, folder: Path, tables: list[dict], contents: dict
) -> None:
    """Write a publication to an empty folder.

    Args:
        cursor: a connection of its own, because DuckDB refuses a transaction that
            writes to two files.
        folder: the empty folder.
        tables: rows of int_tables_to_publish.
        contents: `facts` for the manifest; `functions`, rows of scoring_functions.
    """
    (folder / PARQUET).mkdir()
    cursor.execute("set TimeZone = 'UTC'")
    cursor.execute(
        f"attach {literal(folder / DATABASE)} as {CATALOG}"
        f" (storage_version '{STORAGE}')"
    )
    try:
        for table in tables:
            table["comments"] = dict(cursor.execute(COMMENTS, place(table)).fetchall())
        written = [write_table(cursor, table, folder) for table in tables]
        manifest = contents["facts"] | {"tables": written}
        cursor.begin()
        rows = manifest_rows(cursor, manifest).sql_query()
        cursor.execute(f"create table {CATALOG}.main.published_tables as {rows}")
        write_comments(
            cursor, "published_tables", json.loads(tables[0]["own_comments"])
        )
        for table in tables:
            write_comments(cursor, table["table_name"], table["comments"])
        for function in contents["functions"]:
            cursor.execute(
                f"create macro {CATALOG}.main.{function['function_name']}"
                f"({function['arguments']}) as ({function['expression']})"
            )
        cursor.commit()
        cursor.execute(f"checkpoint {CATALOG}")
    finally:
        with suppress(duckdb.TransactionException):
            cursor.rollback()  # if the transaction has failed
        cursor.execute(f"detach {CATALOG}")
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    for file in (folder / DATABASE, folder / MANIFEST, *(folder / PARQUET).iterdir()):
        file.chmod(0o444)


def read_manifest(folder: Path) -> dict:
    """Return the manifest of a version; {} if the folder has no valid manifest."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        return manifest if VERSION.fullmatch(manifest["version"]) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def stop(path: Path | str, found: str, cure: str) -> None:
    """Stop the build with a message: what was found at the path, and the cure."""
    raise PublicationError(f"segmentation_publish_to: {path} {found}. {cure}") from None


@contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Lock the folder, if the file system can lock folders, so that other publishers
    wait. If the folder cannot be written, stop the build and say what to do.
    """
    cure = "Allow this user to write there, or name another folder ('' for none)."
    try:
        for path in (folder, folder / VERSIONS):
            if path.is_symlink() and not path.exists():
                stop(path, "is a link to nothing", "Remove it.")
            if path.exists() and not path.is_dir():
                stop(path, "is a file, where a folder is needed", "Move it away.")
        (folder / VERSIONS).mkdir(parents=True, exist_ok=True)
        if fcntl is None:
            yield
            return
        lock = os.open(folder, os.O_RDONLY)
        try:
            with suppress(OSError):
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)
    except OSError as error:
        stop(error.filename or folder, f"cannot be written ({error.strerror})", cure)
    except duckdb.IOException as error:
        stop(folder, f"cannot be written ({error})", cure)


def check_place(folder: Path, database: Path | None) -> None:
    """Stop if `current` is neither a link nor a copy of a publication, or if another
    database publishes here.

    Args:
        folder: folder of all publications.
        database: file of the build's database; None if it is in memory.
    """
    current = folder / CURRENT
    manifest = read_manifest(current)
    if current.exists() and not current.is_symlink() and not manifest:
        found = "is no publication, and the link to one has to be there"
        stop(current, found, "Move it away and build again.")
    other = (folder / manifest.get("database", "")).resolve()
    if database and other.is_file() and other != database:
        stop(
            folder,
            f"has what another database publishes, {other}, and this is {database}",
            "Name a folder for each database in segmentation_publish_to, or remove"
            f" {current} to hand the folder over.",
        )


def switch(folder: Path, version: str) -> None:
    """Make a complete version the current one, in one step. A copy or an archive may
    have replaced the link by the folder it pointed to: this becomes a version again.

    Raises:
        PublicationError: if the file system has no symbolic links.
    """
    current, link = folder / CURRENT, folder / f".{CURRENT}"
    link.unlink(missing_ok=True)
    try:
        link.symlink_to(Path(VERSIONS, version), target_is_directory=True)
    except (NotImplementedError, OSError):
        cure = "Name a folder of another file system in segmentation_publish_to."
        stop(folder, "can hold no symbolic link, which readers need", cure)
    if current.is_dir() and not current.is_symlink():
        copied = folder / VERSIONS / read_manifest(current)["version"]
        if is_complete(copied):
            shutil.rmtree(copied)
        current.rename(copied)
    os.replace(link, current)


def is_complete(path: Path) -> bool:
    """Return whether the path is a complete version: its name is in its manifest."""
    return read_manifest(path).get("version") == path.name and not path.is_symlink()


def clean(folder: Path) -> None:
    """Remove incomplete versions, and all complete versions except the current one and
    the one before it. Keep all other files and folders.
    """
    current = read_manifest(folder / CURRENT).get("version")
    paths = sorted((folder / VERSIONS).iterdir())
    incomplete = [path for path in paths if INCOMPLETE.fullmatch(path.name)]
    versions = [path for path in paths if is_complete(path)]
    kept = [path for path in versions if not current or path.name <= current][-2:]
    for path in {*incomplete, *versions} - {*kept}:
        with suppress(FileNotFoundError):
            shutil.rmtree(path)


def next_version(folder: Path) -> datetime:
    """Return the time of a new version, UTC: now, or just after the current one if the
    clock was set back.
    """
    now = datetime.now(UTC).replace(tzinfo=None)
    current = read_manifest(folder / CURRENT).get("version", "")
    if now.strftime(VERSION_TIME) > current:
        return now
    return datetime.strptime(current, VERSION_TIME) + timedelta(microseconds=1)


def publish(
    session: DuckDBPyConnection, folder: Path, tables: list[dict], contents: dict
) -> None:
    """Write a publication and make it the current one; see `write`."""
    ((file,),) = session.execute(
        "select path from duckdb_databases() where database_name = ?",
        [tables[0]["database_name"]],
    ).fetchall()
    database = Path(file).resolve() if file else None
    with holding(folder):
        with suppress(OSError):
            (folder / CURRENT).rmdir()  # some archives make an empty folder of the link
        check_place(folder, database)
        clean(folder)
        now = next_version(folder)
        version = now.strftime(VERSION_TIME)
        facts = {"version": version, "published_at": now.isoformat(" ")}
        facts |= contents["facts"]
        if database:
            facts["database"] = os.path.relpath(database, folder.resolve())
        path = folder / VERSIONS / version
        incomplete = path.with_name(f".{version}")
        incomplete.mkdir()
        try:
            with session.cursor() as cursor:
                write(cursor, incomplete, tables, contents | {"facts": facts})
            incomplete.rename(path)
            switch(folder, version)
        except BaseException:
            shutil.rmtree(path if path.exists() else incomplete)
            raise
        clean(folder)


def model(dbt, session: DuckDBPyConnection) -> DuckDBPyRelation:
    """Return one row per table of the current publication."""
    dbt.config(materialized="table")
    tables = records(
        dbt.ref("customer_segmentation", "int_tables_to_publish").order("table_name")
    )
    customer_segments = dbt.ref("customer_segmentation", "customer_segments")
    segments = dbt.ref("customer_segmentation", "segments")
    fits = dbt.ref("customer_segmentation", "segmentation_fits").filter("is_champion")
    functions = dbt.ref("customer_segmentation", "scoring_functions")
    if not tables:
        return manifest_rows(session, {})
    folder = Path(tables[0]["folder"])
    if tables[0]["is_build"]:
        ((scored_at,),) = customer_segments.max("scored_at").fetchall()
        fit_ids = fits.select("segmentation, fit_id").order("segmentation").fetchall()
        ((data_as_of,),) = segments.max("data_as_of").fetchall()
        facts = {
            "data_as_of": str(data_as_of or scored_at),
            "scored_at": str(scored_at),
            "fit_ids": dict(fit_ids),
        }
        contents = {"facts": facts, "functions": records(functions)}
        publish(session, folder, tables, contents)
    return manifest_rows(session, read_manifest(folder / CURRENT))
