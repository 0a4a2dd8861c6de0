"""What DuckDB does not understand in the SQL of the vars, a sentence for each.

Only DuckDB can tell, and no SQL can catch its errors. Nothing is read but the names and
types of columns.
"""

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

CURES = {
    "Referenced column": "Name a column that is there: in YAML, double quotes within"
    " single quotes; a text has single quotes, doubled.",
    "No function matches": "Make numbers of text first, by try_cast(... as double).",
    "syntax error": "Mend it, or try it in `select ...` first.",
}
# where an aggregate, a window or a subquery stands that has no place there
OTHER_CURE = (
    "Write SQL that gives one value for each customer; what needs more rows goes into"
    " segmentation_customers, as a query in brackets."
)


def problem(session: DuckDBPyConnection, query: str) -> str | None:
    """Return what is wrong with a query, in one line, or None."""
    try:
        session.sql(query)
    except duckdb.Error as error:
        found = str(error).split("\n\nLINE ")[0]
        return " ".join(found.split())
    return None


def sentence(setting: str, given_sql: str, found: str) -> str:
    """Return what to tell the user."""
    cures = [cure for words, cure in CURES.items() if words in found]
    if setting == "segmentation_customer_id_type":
        cures = ["Use a type of DuckDB, such as varchar or bigint."]
    cure = (cures or [OTHER_CURE])[0]
    return f"{setting} is {given_sql}\n{found}\n{cure}"


def model(dbt, session: DuckDBPyConnection) -> DuckDBPyRelation:
    """Return one row for each setting whose SQL cannot be used."""
    dbt.config(materialized="table")
    tried = dbt.ref("customer_segmentation", "int_configured_sql")
    problems = []
    for setting, given_sql, query in tried.fetchall():
        found = problem(session, query)
        if found:
            problems.append((setting, sentence(setting, given_sql, found)))
    settings, sentences = zip(*problems, strict=True) if problems else ((), ())
    return session.sql(
        "select unnest($1::varchar[]) as setting, unnest($2::varchar[]) as problem",
        params=[list(settings), list(sentences)],
    )
