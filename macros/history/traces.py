"""Looks for a customer in a file.

Every table of a database, a Parquet or a CSV file is asked: for the id of a customer,
for a text, and within texts. Everything else is searched as text. What stands in no
table of a database can only be seen in its bytes, where texts stand side by side.
"""

import re
from pathlib import Path

import duckdb
from publication import literal, quoted

# A shorter id may stand in any text by chance.
TELLING_LENGTH = 5


def pattern(customer_id: str) -> str:
    """Return a regular expression of the id between other characters than its own."""
    return rf"(^|[^0-9A-Za-z_]){re.escape(customer_id)}($|[^0-9A-Za-z_])"


def condition(column: str, kind: str, ids: list[str]) -> str:
    """Return SQL for whether a value has the id: as the id of a customer, as a text or,
    if it is telling, within one. Other numbers may be the same by chance.
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
    """Return how many rows of a relation have the id somewhere."""
    columns = connection.execute(f"describe select * from {relation}").fetchall()
    conditions = " or ".join(f"({condition(*one[:2], ids)})" for one in columns)
    (found,) = connection.execute(
        f"select count(*) from {relation} where {conditions}"
    ).fetchone()
    return found


def traces_in_database(file: Path, ids: list[str]) -> list[str]:
    """Return the tables of a DuckDB file that have the customer; then, if it is sure to
    mean this customer, whether the id stands anywhere between them.
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
                    # of ids that stand side by side, or within others, none is sure
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
    """Return whether the bytes of a file have a text in them."""
    before = b""
    with file.open("rb") as content:
        while block := content.read(1 << 24):
            if text in before + block:
                return True
            before = block[-len(text) :]
    return False


def traces(file: Path, ids: list[str]) -> list[str]:
    """Return where in a file the customer is."""
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
