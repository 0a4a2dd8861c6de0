"""Lists the SQL of the vars that DuckDB does not understand, with its error and advice.

This is a Python model because SQL cannot catch errors of DuckDB. It reads only the
names and types of columns, unless there is a cast, which can fail at any value.
"""

import json
import re

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

# Advice for each error: the first key that occurs in DuckDB's message applies.
CURES = {
    "Referenced column": "Name a column that is there. In YAML, a name with blanks is"
    " '\"My column\"', and a text ''my text''.",
    "No function matches": "Make a number of text first: try_cast(... as double).",
    "explicit cast": "Make a number of text first: try_cast(... as double).",
    "cannot be converted": "Write try_cast instead, here or where the table is made:"
    " then what cannot be converted is missing.",
    "syntax error": "Mend the SQL; DuckDB understands it up to there.",
    "does not exist": "Use what DuckDB has.",
    "": "Write SQL that gives one value for each customer; what takes more rows goes"
    " into segmentation_customers, as a query in brackets.",
}
# Settings that are relations, with the columns that these must have.
RELATIONS = {
    re.compile(r"segmentation_campaigns\..*\.outcomes"): "date and amount",
    re.compile(r"segmentation_calendar\..*"): "as_of and all features",
}
MODEL = re.compile("[{]{ *ref")
CAST = re.compile(r"\bcast\s*\(|::", re.IGNORECASE)


def has_cast(session: DuckDBPyConnection, source: str, settings: list[tuple]) -> bool:
    """Return whether one of these settings, or the view that they select from, has a
    cast. The columns of outcomes are always cast.
    """
    name = """format('"{}"."{}"."{}"', database_name, schema_name, view_name)"""
    # This is not a query parameter, because DuckDB would import pandas for it.
    text = "'" + source.replace("'", "''") + "'"
    view = session.sql(
        f"select sql from duckdb_views() where {name} = {text}"
    ).fetchall()
    given = [given_sql for _, given_sql, _ in settings] + [sql for (sql,) in view]
    return any(map(CAST.search, given)) or any(
        columns_of(setting) for setting, *_ in settings
    )


def columns_of(setting: str) -> str | None:
    """Return the columns that a relation needs besides customer_id, or None for a
    setting that is no relation.
    """
    needed = (names for key, names in RELATIONS.items() if key.fullmatch(setting))
    return next(needed, None)


def problem(
    session: DuckDBPyConnection, values: list[str], source: str, calculate: bool
) -> str | None:
    """Return the error of a query that selects these values, in one line, or None. The
    query also selects `*`, so that an aggregate in place of a value per customer fails.

    Args:
        session: a connection that may fail: no transaction depends on it.
        values: SQL of the values; `*` stands for every column of the source.
        source: SQL of the table or query that has the values.
        calculate: whether to compute the values as well, since a cast may fail.
    """
    try:
        session.sql(f"select {', '.join(values)}, * from {source}")
        if calculate:
            columns = ", ".join(
                sql if sql == "*" else f"({sql}) as v{at}"
                for at, sql in enumerate(values)
            )
            session.execute(
                f"select count(columns(*)) from (select {columns} from {source})"
            )
    except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
        kind = re.search(
            r" to (?:type )?([A-Z]+[\w(,)]*)|invalid (date|time\w*) ", str(error)
        )
        into = f" to {(kind[1] or kind[2]).upper()}" if kind else ""
        return f"Conversion Error: it has a value that cannot be converted{into}."
    except duckdb.Error as error:
        found, *_ = re.split("\n\nLINE |Candidate functions:", str(error))
        return " ".join(found.split())
    return None


def sentence(setting: str, given_sql: str, found: str) -> str:
    """Return the message for the user: the setting, the error and advice."""
    cure = next(cure for words, cure in CURES.items() if words in found)
    if columns_of(setting) and "converted" not in found:
        cure = (
            "Give a table, or a query in brackets, with customer_id, "
            f"{columns_of(setting)}."
        )
    if re.search(r'column (".+") not found .* bindings:.* \1', found):
        cure = (
            "It is there, but not as a column of its own: a line of the file has more"
            " or fewer fields than the header, or other delimiters."
        )
    return f"{setting} is {' '.join(given_sql.split())}\n{found}\n{cure}"


def model(dbt, session: DuckDBPyConnection) -> DuckDBPyRelation:
    """Return one row for each setting whose SQL cannot be used."""
    dbt.config(materialized="table")
    tried: dict[str, list[tuple]] = {}
    relation = dbt.ref("customer_segmentation", "int_configured_sql")
    for setting, given_sql, value, source in relation.fetchall():
        tried.setdefault(source, []).append((setting, given_sql, value))
    problems = []
    for source, settings in tried.items():
        calculate = has_cast(session, source, settings)
        values = [value for *_, value in settings]
        # All values are tried at once first, because problems are rare.
        if problem(session.cursor(), values, source, calculate):
            for setting, given_sql, value in settings:
                found = problem(session.cursor(), [value], source, calculate)
                # A model that is not part of this build may not exist yet.
                is_model = MODEL.search(given_sql) and "does not exist" in (found or "")
                if found and not is_model:
                    problems.append(
                        {
                            "setting": setting,
                            "problem": sentence(setting, given_sql, found),
                        }
                    )
    rows = json.dumps(problems).replace("'", "''")
    schema = json.dumps([{"setting": "VARCHAR", "problem": "VARCHAR"}])
    return session.sql(
        f"select line.* from (select unnest(from_json('{rows}', '{schema}')) as line)"
    )
