"""Look for a customer in a file.

Tables of a database, Parquet and CSV files are queried for the id as a customer_id, as
a text and within texts. All other files are searched as text. A database file may still
contain deleted rows, which are in no table, so its bytes are searched, too. In the
bytes, texts follow one another without separators.
"""

import re
from pathlib import Path

import duckdb
from publication import literal, quoted

# A shorter id may occur in other texts by chance.
TELLING_LENGTH = 5


def pattern(customer_id: str) -> str:
    """Return a regular expression for the id as a whole word."""
    return rf"(^|[^0-9A-Za-z_]){re.escape(customer_id)}($|[^0-9A-Za-z_])"


def condition(column: str, kind: str, ids: list[str]) -> str:
    """Return an SQL condition for values with the id: as a customer_id, as a text, or
    within a text if the id is long enough. Numeric columns other than customer_id are
    not searched, because their values may equal the id by chance.
    """
    value, listed = quoted(column), ", ".join(literal(one) for one in ids)
    if column.lower() == "customer_id":
        return f"{value}::varchar in ({listed})"
    if "VARCHAR" not in kind and kind != "JSON":
        return "false"
    parts = [f"{value}::varchar in ({listed})"]
    if kind == "VARCHAR[]":
        parts.append(f"list_has_any({value}, [{listed}])")
    parts += [
        f"regexp_matches({value}::varchar, {literal(pattern(one))})"
        for one in ids
        if len(one) >= TELLING_LENGTH
    ]
    return " or ".join(parts)


def rows_with(
    connection: duckdb.DuckDBPyConnection, relation: str, ids: list[str]
) -> int:
    """Return the number of rows of a relation that have the id in any column."""
    columns = connection.execute(f"describe select * from {relation}").fetchall()
    conditions = " or ".join(f"({condition(*one[:2], ids)})" for one in columns)
    (found,) = connection.execute(
        f"select count(*) from {relation} where {conditions}"
    ).fetchone()
    return found


def traces_in_database(file: Path, ids: list[str]) -> list[str]:
    """Return the tables of a DuckDB file that contain the customer. If there are none,
    also report an id that the bytes of the file contain, unless it may belong to
    another customer.
    """
    found, spelled = [], [one for one in ids if len(one) >= TELLING_LENGTH]
    with duckdb.connect(str(file), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() "
            "where database_name = current_database() order by all"
        ).fetchall()
        for schema, name in tables:
            table = f"{quoted(schema)}.{quoted(name)}"
            if count := rows_with(connection, table, ids):
                found.append(f"{count} rows of {schema}.{name}")
            columns = connection.execute(f"describe {table}").fetchall()
            for column, kind, *_ in columns:
                if column.lower() == "customer_id" and kind == "VARCHAR":
                    # Digits may be part of neighboring ids, and an id may be part of
                    # another one: neither proves that the customer is there.
                    spelled = [
                        one
                        for one in spelled
                        if not one.isdigit()
                        and not connection.execute(
                            f"select 1 from {table} where contains({quoted(column)}, ?)"
                            f" and {quoted(column)} != ? limit 1",
                            [one, one],
                        ).fetchall()
                    ]
    if not found and any(holds(file, one.encode()) for one in spelled):
        found.append("bytes that spell the id, in none of its tables")
    return found


def holds(file: Path, text: bytes) -> bool:
    """Return whether the bytes of a file contain a text."""
    before = b""
    with file.open("rb") as content:
        while block := content.read(1 << 24):
            if text in before + block:
                return True
            before = block[-len(text) :]
    return False


def traces(file: Path, ids: list[str]) -> list[str]:
    """Return the places in a file where the customer was found."""
    if file.suffix == ".duckdb":
        return traces_in_database(file, ids)
    if file.suffix in (".parquet", ".csv"):
        read = (
            "read_parquet({})"
            if file.suffix == ".parquet"
            else ("read_csv({}, all_varchar = true, header = true)")
        )
        with duckdb.connect() as connection:
            count = rows_with(connection, read.format(literal(file)), ids)
        return [f"{count} rows"] if count else []
    telling = [one for one in ids if len(one) >= TELLING_LENGTH]
    text = file.read_bytes().decode("utf-8", "replace") if telling else ""
    return ["text"] if any(re.search(pattern(one), text) for one in telling) else []
