"""Every line of a file is a source row, or the build stops and names the line. No
message shows a value.
"""

import gzip
import json
from pathlib import Path

import duckdb
import pytest
from loading import FakeDbt, load_model

COUNTED = load_model("models/prepare/int_files_counted.py")
CHECKED = load_model("models/prepare/int_files_checked.py")
COLUMNS = {
    "segmentation_customer_id": '"CustomerID"',
    "segmentation_features.age": '"Age"',
    "segmentation_features.income": '"Income"',
}
HEADER = "CustomerID,Age,Income,Name,Mail"
# Values that no message may show. Their columns are not configured.
SECRET = "Jane Roe,jane.roe@example.org"
ROWS = [
    f"{number:04d},{20 + 40 * (number % 2) + number % 7},"
    f"{30 + 50 * (number % 2) + number % 5},{SECRET}"
    for number in range(40)
]


def text(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


GOOD = text(*ROWS)
TWO_EXPORTS = GOOD + text(*(f"x{row},more,fields" for row in ROWS[:30]))


def options(file: Path, **changes: str) -> dict:
    """Return the row of int_files_configured for {file: ...}, with changes."""
    return {
        "file": f"'{file}'",
        "all_varchar": "true",
        "header": "true",
        "skip": "0",
        "comment": "''",
        "quote": "'\"'",
        "escape": "'\"'",
    } | changes


def read(file: Path, columns: dict = COLUMNS, **changes: str) -> dict:
    """Count and check a file as dbt does."""
    given = options(file, **changes)
    path, *others = [
        value if name == "file" else f"{name} = {value}"
        for name, value in given.items()
    ]
    reader = f"read_csv({', '.join([path, *others])})"
    rows = [
        ("file", "segmentation_customers", reader, json.dumps(given), True),
        ("table", "segmentation_customers", reader, None, None),
        *(("column", key, sql, None, None) for key, sql in columns.items()),
    ]
    with duckdb.connect(":memory:", config={"threads": 2}) as session:
        session.execute(
            "create table int_files_configured (kind varchar, key varchar,"
            " expression varchar, options varchar, is_whole_table boolean)"
        )
        session.executemany(
            "insert into int_files_configured values (?, ?, ?, ?, ?)", rows
        )
        for model in (COUNTED, CHECKED):
            name = model.__name__
            relation = model.model(FakeDbt(session, name), session)
            session.register("relation", relation)
            session.execute(f"create table {name} as select * from relation")
        table = session.table("int_files_checked")
        (row,) = table.fetchall()
        return dict(zip(table.columns, row, strict=True))


def written(folder: Path, content: str | bytes, name: str = "customers.csv") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


FILLED = {"null_padding": "true", "parallel": "false"}
ALL_ROWS = {
    # name: (content, options, source rows, line ends within texts)
    "a good file": (GOOD, {}, 40, 0),
    "a byte order mark": ("\ufeff" + GOOD, {}, 40, 0),
    "CRLF": (GOOD.replace("\n", "\r\n"), {}, 40, 0),
    "CR": (GOOD.replace("\n", "\r"), {}, 40, 0),
    "no end of the last line": (GOOD.rstrip("\n"), {}, 40, 0),
    "blank lines": (text(*ROWS[:20], "", *ROWS[20:], "", ""), {}, 40, 0),
    "semicolons": (GOOD.replace(",", ";"), {}, 40, 0),
    "tabs": (GOOD.replace(",", "\t"), {}, 40, 0),
    "a delimiter of one's own": (GOOD.replace(",", "^"), {"delim": "'^'"}, 40, 0),
    "ids that begin with a hash": (
        text(*("#" + row for row in ROWS[::2]), *ROWS[1::2]),
        *({}, 40, 0),
    ),
    "the header twice": (text(*ROWS, HEADER), {}, 41, 0),
    "delimiters at the end of rows": (text(*(row + "," for row in ROWS)), {}, 40, 0),
    "texts of several lines": (text(*ROWS, '1,2,3,"a\n\nb\nc",d'), {}, 41, 2),
    "quoted lines, filled": (text(*ROWS, '1,2,3,"a\n\nb",d', "2,3"), FILLED, 42, 1),
    "inches": (text(*ROWS, '1,2,3,5" pipe,x', '2,2,3,"a\nb",x'), {}, 42, 1),
    "backslashes": (text(*ROWS, '1,2,3,"a \\"b\nc\\"",d'), {"escape": "'\\'"}, 41, 1),
    "short rows, filled": (text(*ROWS, "9001,40"), FILLED, 41, 0),
    "a preamble that is announced": ("Export\nof\n" + GOOD, {"skip": "2"}, 40, 0),
    "Latin-1": (
        text(*ROWS, "Zoë,1,2,a,b").encode("latin-1"),
        *({"encoding": "'latin-1'"}, 41, 0),
    ),
    "a text where it is not read": (
        text(*["1,2,3,4,5"] * 24_000, "1,2,3,4,x"),
        *({"all_varchar": "false"}, 24_001, 0),
    ),
    "names of one's own": (GOOD, {"names": "['CustomerID', 'Age', 'Income']"}, 40, 0),
    "UTF-16": (GOOD.encode("utf-16"), {"encoding": "'utf-16'"}, 40, 0),
    "a header only": (text(), {}, 0, 0),
}


@pytest.mark.parametrize(
    ("content", "changes", "source_rows", "continued"),
    ALL_ROWS.values(),
    ids=[name.replace(" ", "_") for name in ALL_ROWS],
)
def test_every_line_is_a_row(tmp_path, content, changes, source_rows, continued):
    row = read(written(tmp_path, content), **changes)

    assert (row["source_rows"], row["continued_lines"]) == (source_rows, continued)
    assert row["lines"] == source_rows + continued + row["header_lines"]
    assert row["header_lines"] == 1


def test_a_file_without_a_header_has_rows_only(tmp_path):
    columns = {"segmentation_customer_id": "column0"}
    row = read(written(tmp_path, "\n".join(ROWS)), columns, header="false")

    assert (row["source_rows"], row["header_lines"]) == (40, 0)


def test_several_files_have_a_header_each(tmp_path):
    for number in range(3):
        written(tmp_path, GOOD, f"customers_{number}.csv")
    row = read(tmp_path / "customers_*.csv")

    assert (row["files"], row["source_rows"], row["header_lines"]) == (3, 120, 3)

    written(tmp_path, GOOD.replace("Age", "Years"), "customers_9.csv")
    with pytest.raises(CHECKED.FileError, match="headers differ"):
        read(tmp_path / "customers_*.csv")


STOPS = {
    # name: (content, options, finding and advice in the message)
    "two exports": (
        TWO_EXPORTS,
        *({}, "lines 43, 44, 45 and 27 more have 7", "begins there a file of its own"),
    ),
    "a short row": (text(*ROWS, "9001,40"), {}, "line 42 has 2", "short_rows: fill"),
    "a long row": (text(*ROWS, "1,2,3,4,5,6"), {}, "line 42 has 6", "stands in quotes"),
    "a preamble": ("Export\nof\n" + GOOD, {}, "line 3 is the first", "skip_lines: 2"),
    "empty lines first": ("\n\n" + GOOD, {}, "stands on line 3", "skip_lines: 2"),
    "a comma after the header": (
        text(*ROWS, header=HEADER + ","),
        *({}, "6 fields (separated by commas), 1 without a name", "Remove"),
    ),
    "commas after the header": (
        text(*ROWS, header=HEADER + ",,"),
        *(
            {},
            "7 fields (separated by commas), 2 without",
            "Remove",
        ),
    ),
    "a quote without an end": (
        text(*ROWS[:9], '"9,2,3,x,y', *ROWS),
        {},
        *('the quote (") that opens on line 11 has no end', "Close"),
    ),
    "a quote without an end, filled": (
        text(*ROWS[:9], '"9,2,3,x,y', *ROWS),
        FILLED,
        *('the quote (") that opens on line 11 has no end', "Close"),
    ),
    "quotes within a quoted text": (
        text(*ROWS, f'9,2,3,"a" {SECRET}'),
        {},
        "line 42: something follows a closed quote",
        "Double the quotes",
    ),
    "an empty line that ends otherwise": (
        text(*ROWS[:9], "", *ROWS).replace("\n", "\r\n").replace("\r\n\r\n", "\r\n\n"),
        *({}, "LF ends line 11; CRLF ends most others", "Let all lines end in CRLF."),
    ),
    "one line that ends otherwise": (
        text('1,2,3,"a\nb",5', *ROWS)
        .replace("\n", "\r\n")
        .replace('"a\r', '"a')
        .replace("\r\n0007", "\n0007"),
        *({}, "LF ends line 10; CRLF ends most others", "Let all lines end in CRLF."),
    ),
    "Latin-1": (text(*ROWS, "Zoë,1,2,a,b").encode("latin-1"), {}, "line 42", "latin-1"),
    "Windows-1252": (
        text(*ROWS, "1,2,3,50 €,b").encode("cp1252"),
        {"encoding": "'latin-1'"},
        *("line 42 has bytes that are no LATIN-1", "iconv -f windows-1252"),
    ),
    "a column of a type": (GOOD, {"types": "{'Agee': 'INT'}"}, "Agee", "Correct the"),
    "UTF-16": (GOOD.encode("utf-16"), {}, "is UTF-16", "encoding: utf-16"),
    "a workbook": (b"PK\x03\x04" + bytes(50), {}, "a workbook", "Save it as CSV"),
    "nothing": ("", {}, "is empty", "Export it with"),
    "a long cell": (
        text(*ROWS, f"9,2,3,{'é' * 1_500_000},x"),
        *({}, "line 42 is longer than 2,000,000 bytes", "Shorten"),
    ),
    "a misspelt name": (
        GOOD.replace("Income", "Incomes"),
        {},
        'no column "Income" (segmentation_features.income), but 5 columns, among them'
        ' "Incomes"',
        "Correct the name",
    ),
    "a sign that cannot be seen": (
        GOOD.replace("Income", "In\u200bcome"),
        {},
        'a column that is called "In<U+200B>come"',
        "anew",
    ),
    "a name twice": (
        GOOD.replace("Mail", "age"),
        *({}, 'two columns of the name "Age"', "a name of its own"),
    ),
    "no header": ("\n".join(ROWS), {}, "looks like a customer", "header: false"),
    "another delimiter": (GOOD.replace(",", "~"), {}, "only one", "delimiter: '~'"),
    "another delimiter and no header": (
        "\n".join(ROWS).replace(",", "~").replace("@", ""),
        *({}, "only one", "delimiter: '~'"),
    ),
    "a text among numbers": (
        text(*ROWS * 600, f"9,x {SECRET},3,4"),
        {"all_varchar": "false"},
        "line 24,002 has no BIGINT in the column 'Age'",
        "all_varchar = true",
    ),
}


@pytest.mark.parametrize(
    ("content", "changes", "found", "cure"),
    STOPS.values(),
    ids=[name.replace(" ", "_") for name in STOPS],
)
def test_what_would_lose_a_line_stops(tmp_path, content, changes, found, cure):
    file = written(tmp_path, content)
    with pytest.raises(CHECKED.FileError) as stopped:
        read(file, **changes)

    thing, what, how = str(stopped.value).split("\n")
    assert thing.startswith(f"The file {file} (segmentation_customers) cannot be used")
    assert what.startswith("Found: ")
    assert found in what
    assert how.startswith("Cure: ")
    assert cure in how
    assert "jane" not in str(stopped.value).lower()


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ('2014 - "Age"', "No function matches"),
        ('"Age" -', "syntax error"),
        ('years("Age")', "does not exist"),
    ],
)
def test_an_expression_that_fits_no_file_is_named(tmp_path, expression, found):
    with pytest.raises(CHECKED.FileError, match="try_cast") as stopped:
        read(written(tmp_path, GOOD), COLUMNS | {"segmentation_features.x": expression})

    assert "segmentation_features.x does not fit" in str(stopped.value)
    assert found in str(stopped.value)


def test_a_file_that_is_not_there_is_sought_from_here(tmp_path):
    with pytest.raises(
        CHECKED.FileError, match=f"no such file, seen from {Path.cwd()}"
    ):
        read(tmp_path / "none.csv")


def test_a_packed_file_is_read_unless_it_is_packed_in_name_only(tmp_path):
    packed = written(tmp_path, gzip.compress(GOOD.encode()), "customers.csv.gz")
    assert read(packed)["source_rows"] == 40

    with pytest.raises(CHECKED.FileError, match="cannot be unpacked"):
        read(written(tmp_path, GOOD, "customers.csv.gz"))
