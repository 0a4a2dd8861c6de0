"""Counts lines of the files of `segmentation_customers`, and rows that DuckDB reads.

DuckDB guesses the format of a file. Lines that do not fit the guess can vanish, and
errors quote lines. So this model reads each file before other models do, and keeps
DuckDB's errors without the quoted values. int_files_checked examines the differences.
"""

import difflib
import json
import re
import unicodedata
from collections import Counter
from pathlib import Path

import duckdb
import numpy as np
from duckdb import DuckDBPyConnection, DuckDBPyRelation

SCHEMA = {
    "file": "VARCHAR",
    "files": "BIGINT",
    "paths": ["VARCHAR"],
    "options": "VARCHAR",
    "is_whole_table": "BOOLEAN",
    "lines": "BIGINT",
    "header_lines": "BIGINT",
    "records": "BIGINT",
    "continued_lines": "BIGINT",
    "source_rows": "BIGINT",
    "found": "VARCHAR",
    "cure": "VARCHAR",
}

# Options that affect where lines end. All others affect the content of a line.
OPTIONS_OF_LINES = ("buffer_size", "compression", "encoding", "max_line_size", "skip")
# Options that name columns, or their types.
NAMING = {"auto_detect", "column_types", "columns", "dtypes", "names", "types"}
# Errors that DuckDB finds before it reads a row.
IN_SQL = duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException
TEXTS = 'Columns of a CSV file are texts. To calculate: try_cast("x" as double).'
# Matches texts that look like a value of a customer, not like the name of a column.
VALUE = re.compile(r"\s*([+-]?[$€£]?\d[\d.,/: -]*\D{0,3}|.*@.*|)\s*")


def visible(name: str) -> str:
    """Return a name in double quotes, with codes in place of invisible signs."""
    hidden = {sign for sign in name if unicodedata.category(sign)[0] in "CZ"} - {" "}
    for sign in hidden:
        name = name.replace(sign, f"<U+{ord(sign):04X}>")
    return f'"{name}"'


def misnamed(missing: str, names: list[str]) -> tuple[str, str]:
    """Return finding and advice for a name that is missing among the columns."""
    if all(re.fullmatch(r"column\d+", name) for name in names):
        return (
            f"no header: the columns are called column0 to column{len(names) - 1}.",
            "Add a header to the file, or use these names.",
        )
    if any(VALUE.fullmatch(name) for name in names if not re.match("column\\d", name)):
        return (
            f"a first line of {len(names)} fields that looks like a customer.",
            "If the file has no header, say {file: ..., header: false}, and columns are"
            " column0, column1 and so on; else correct the name in the expression.",
        )
    if len(names) == 1:  # the name may be a whole line
        signs = Counter(re.findall(r"[^\w\s\"'-]", names[0])) or {"^": 1}
        likely = max(signs, key=signs.get)
        return (
            "only one: none of , ; | and tab separates the fields of every line.",
            "Name the sign that does: {file: ..., delimiter: '" + likely + "'}.",
        )
    plain = {re.sub(r"[\W_]", "", name).casefold(): name for name in names}
    same = plain.get(re.sub(r"[\W_]", "", missing).casefold())
    if same:
        return (
            f"a column that is called {visible(same)}, with other blanks or signs.",
            "Write the name in the file's header anew, without them.",
        )
    near = difflib.get_close_matches(missing, names, n=5, cutoff=0.5) or names[:5]
    return (
        f"{len(names)} columns, among them {', '.join(map(visible, near))}.",
        "Correct the name in the expression; one with blanks stands in double quotes.",
    )


def without_values(error: Exception) -> tuple[str, str]:
    """Return DuckDB's error about a file without the quoted line, and advice."""
    said = str(error)
    if isinstance(error, IN_SQL):
        return said.splitlines()[0], "Correct the SQL of segmentation_customers."
    line = re.search(r"CSV Error on Line: (\d+)", said)
    where = f"line {int(line[1]):,}" if line else "a line"
    column = re.search(r'Error when converting column "([^"\n]*)"', said)
    kind = re.search(r"to '([A-Z]+)'", said)
    if column and kind:
        return (
            f"{where} has no {kind[1]} in the column {column[1]!r}, unlike the first.",
            "Read all columns as text: all_varchar = true.",
        )
    if "Schema mismatch" in said:
        return "files whose headers differ.", "Give all of them the same columns."
    if isinstance(error, duckdb.ConversionException):
        return "a text that SQL converts to something else, and cannot be.", TEXTS
    return (
        f"DuckDB cannot read {where}.",
        "Say how the file is written, for example {file: ..., delimiter: ','}.",
    )


def records_in(session: DuckDBPyConnection, lines: str, quote: str) -> int | None:
    """Return the number of records: the number of lines that do not end within quotes.
    None if the last line ends within quotes.
    """
    odd = session.execute(
        "select (length(line) - length(replace(line, $quote, ''))) % 2 = 1 as odd"
        f" from {lines}",
        {"quote": quote},
    ).fetchnumpy()["odd"]
    is_open = np.cumsum(odd) % 2
    return None if is_open[-1:].any() else int(np.count_nonzero(is_open == 0))


def paths_of(session: DuckDBPyConnection, patterns: list[str]) -> list[str]:
    """Return the files that match the patterns, in the order of DuckDB."""
    paths = []
    for pattern in patterns:
        if "://" in pattern:  # DuckDB looks for files on servers
            paths.append(pattern)
        else:
            found = session.execute("from glob(?)", [pattern]).fetchall()
            paths += [path for (path,) in found]
    return paths


def counts(
    session: DuckDBPyConnection, reader: str, options: dict, files: int, used: list[str]
) -> dict:
    """Return the number of lines of the files of a call, and of rows that DuckDB reads.

    Args:
        session: a connection.
        reader: SQL of the call of read_csv.
        options: SQL of its options.
        files: number of files that the call reads.
        used: expressions on the columns; empty if any column may be used.
    """
    names = session.sql(f"select * from {reader} limit 0").columns
    # DuckDB only reports unreadable values in columns that the query uses.
    asked = [
        f"count({quoted(name)})"
        for name in names
        if not used or any(mentions(expression, name) for expression in used)
    ]
    rows, *_ = session.execute(
        f"select {', '.join(['count(*)', *asked])} from {reader}"
    ).fetchone()
    kept = [f"{key} = {options[key]}" for key in OPTIONS_OF_LINES if key in options]
    lines_of = (
        f"read_csv({', '.join([options['file'], *kept])}, auto_detect = false,"
        " columns = {'line': 'VARCHAR'}, header = false, delim = chr(1), quote = '',"
        " escape = '', comment = '', nullstr = chr(2), strict_mode = false)"
    )
    (lines,) = session.execute(f"select count(*) from {lines_of}").fetchone()
    has_header = options.get("header", "").lower() not in ("false", "0")
    if "header" not in options:  # DuckDB has guessed whether there is a header
        is_unnamed = all(re.fullmatch(r"column\d+", name) for name in names)
        has_header = not is_unnamed if NAMING.isdisjoint(options) else lines != rows
    header = files if has_header else 0
    records = lines
    if lines - header != rows:  # texts have line ends, or rows are lost
        quote = options.get("quote", "'\"'").strip()[1:-1].replace("''", "'")
        records = records_in(session, lines_of, quote) if quote else lines
    return {
        "lines": lines,
        "header_lines": header,
        "records": records,
        "continued_lines": lines - header - rows,
        "source_rows": rows,
    }


def mentions(expression: str, name: str) -> bool:
    """Return whether an expression may use a column."""
    used = rf'(?<![\w"]){re.escape(name)}(?![\w"])|{re.escape(quoted(name))}'
    return bool(re.search(used, expression, re.IGNORECASE))


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def named_twice(
    session: DuckDBPyConnection, expression: str, names: list[str], options: dict
) -> str | None:
    """Return a name in an expression that two columns of the header have. DuckDB would
    rename the second one to "name_1" and silently use the first.
    """
    if not NAMING.isdisjoint(options):
        return None
    known = {name.casefold() for name in names}
    for name in names:
        if f"{name}_1".casefold() in known and mentions(expression, name):
            given = options | {"header": "false", "all_varchar": "true"}
            arguments = [f"{key} = {given[key]}" for key in given if key != "file"]
            header = session.execute(
                f"select * from read_csv({', '.join([given['file'], *arguments])})"
            ).fetchone()
            cells = [str(cell).strip().casefold() for cell in header]
            if cells.count(name.casefold()) > 1:
                return name
    return None


def fault_of_columns(
    session: DuckDBPyConnection, table: str, columns: list[dict], options: dict
) -> tuple[str, str] | None:
    """Return finding and advice for the first expression that is not valid."""
    names = session.sql(f"select * from {table} limit 0").columns
    for column in columns:
        name = named_twice(session, column["expression"], names, options)
        if name:
            return (
                f"two columns of the name {visible(name)} ({column['key']}).",
                "Give each column of the file a name of its own.",
            )
        try:
            session.sql(f"select {column['expression']} from {table} limit 0")
        except duckdb.Error as error:  # in the expression, as no row is read
            missing = re.search(
                r'(?:Referenced column|not have a column named) "([^"]+)"', str(error)
            )
            if not missing:
                said = str(error).splitlines()[0]
                return f"{column['key']} does not fit: {said}", TEXTS
            found, cure = misnamed(missing[1], names)
            return (
                f"no column {visible(missing[1])} ({column['key']}), but {found}",
                cure,
            )
    return None


def counted(
    session: DuckDBPyConnection, reader: dict, table: str, columns: list[dict]
) -> dict:
    """Read the files of one call and return a row of the table.

    Args:
        session: a separate connection, so that an error ends no other transaction.
        reader: a row of int_files_configured with a call of read_csv and its options.
        table: SQL of the table of customers.
        columns: key and expression of each configured column.
    """
    options = json.loads(reader["options"])
    (given,) = session.execute(f"select {options['file']}").fetchone()
    patterns = [given] if isinstance(given, str) else given
    paths = paths_of(session, patterns)
    row = {"records": 0, "header_lines": 0, "source_rows": 0}
    used = [column["expression"] for column in columns if reader["is_whole_table"]]
    try:
        row = counts(session, reader["expression"], options, len(paths), used)
        fault = fault_of_columns(session, table, columns, options)
    except Exception as error:  # any error may quote a line
        fault = without_values(error)
    if not paths:
        fault = f"no such file, seen from {Path.cwd()}.", "Correct the path."
    return row | {
        "file": ", ".join(patterns),
        "files": len(paths),
        "paths": paths,
        "options": reader["options"],
        "is_whole_table": reader["is_whole_table"],
        "found": fault and fault[0],
        "cure": fault and fault[1],
    }


def model(dbt, session: DuckDBPyConnection) -> DuckDBPyRelation:
    """Return one row per call of read_csv in segmentation_customers."""
    dbt.config(materialized="table")
    relation = dbt.ref("customer_segmentation", "int_files_configured")
    configured = [
        dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()
    ]
    tables = [row["expression"] for row in configured if row["kind"] == "table"]
    columns = [row for row in configured if row["kind"] == "column"]
    rows = [
        counted(session.cursor(), row, tables[0], columns)
        for row in configured
        if row["kind"] == "file"
    ]
    return session.sql(
        "select line.* from (select unnest(from_json("
        f"$rows, '{json.dumps([SCHEMA])}')) as line)",
        params={"rows": json.dumps(rows)},
    )
