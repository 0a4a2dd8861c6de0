"""What DuckDB does not understand in the SQL of the vars, a sentence for each.

Only DuckDB can tell, and no SQL can catch its errors. Nothing is read but the names and
types of columns.
"""

import re

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

# the first that is in DuckDB's words
CURES = {
    "Referenced column": "Name a column that is there. In YAML, a name with blanks is"
    " '\"My column\"', and a text ''my text''.",
    "No function matches": "Make a number of text first: try_cast(... as double).",
    "explicit cast": "Make a number of text first: try_cast(... as double).",
    "syntax error": "Mend the SQL; DuckDB understands it up to there.",
    "does not exist": "Use what DuckDB has.",
    "": "Write SQL that gives one value for each customer; what takes more rows goes"
    " into segmentation_customers, as a query in brackets.",
}


def problem(session: DuckDBPyConnection, values: list[str], source: str) -> str | None:
    """Return what is wrong with a query of these values, in one line, or None. The
    star is there to tell an aggregate from a value of each customer.
    """
    try:
        session.sql(f"select {', '.join(values)}, * from {source}")
    except duckdb.Error as error:
        found, *_ = re.split("\n\nLINE |Candidate functions:", str(error))
        return " ".join(found.split())
    return None


def sentence(setting: str, given_sql: str, found: str) -> str:
    """Return what to tell the user."""
    cure = next(cure for words, cure in CURES.items() if words in found)
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
        # all at once, since there is hardly ever one
        if problem(session, [value for *_, value in settings], source):
            for setting, given_sql, value in settings:
                found = problem(session, [value], source)
                if found:
                    problems.append((setting, sentence(setting, given_sql, found)))
    return session.sql(
        "select unnest($1::varchar[]) as setting, unnest($2::varchar[]) as problem",
        params=[[row[0] for row in problems], [row[1] for row in problems]],
    )
