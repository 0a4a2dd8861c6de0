"""Checks that no line of the files of `segmentation_customers` is lost.

If the counts of int_files_counted do not agree, this model reads the file line by line.
It stops the build with the number of the bad line and advice; it prints no value.
"""

import gzip
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from duckdb import DuckDBPyConnection, DuckDBPyRelation

SCHEMA = {
    "file": "VARCHAR",
    "files": "BIGINT",
    "lines": "BIGINT",
    "header_lines": "BIGINT",
    "continued_lines": "BIGINT",
    "source_rows": "BIGINT",
    "is_whole_table": "BOOLEAN",
}

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
ENDS = {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}
CODECS = {"utf-8": "utf-8-sig", "utf-16": "utf-16"}
LONGEST_LINE = 2_000_000
UNPACKED = "a file that cannot be unpacked.", "Compress or copy it again."
# A header may have fewer lines than this before it.
PREAMBLE = 50


class FileError(ValueError):
    """A fault in a file: finding and advice. dbt prints it without a traceback."""

    __traceback__ = None


def literal(sql: str) -> str:
    """Return the text that an SQL literal stands for."""
    return sql.strip()[1:-1].replace("''", "'")


def words(lines: list[int]) -> str:
    """Return a phrase with the first three line numbers and the number of others."""
    named = ", ".join(f"{line:,}" for line in lines[:3])
    more = f" and {len(lines) - 3:,} more" if len(lines) > 3 else ""
    return f"line{'s' if len(lines) > 1 else ''} {named}{more}"


class Text:
    """Reads lines and records of a file, as the options of read_csv say."""

    def __init__(self, path: Path, options: dict) -> None:
        self.path = path
        self.encoding = literal(options.get("encoding", "'utf-8'")).lower()
        self.skip = int(options.get("skip", 0))
        self.longest = int(options.get("max_line_size", LONGEST_LINE))
        self.quote = literal(options.get("quote", "'\"'"))
        self.escape = literal(options.get("escape", "''")) or self.quote
        given = options.get("delim", options.get("sep", options.get("delimiter", "''")))
        self.delimiter = literal(given) or self.likely_delimiter()

    def lines(self) -> Iterator[tuple[int, str, str]]:
        """Yield the number, the text and the line end of each line. Bytes that cannot
        be decoded become surrogates.
        """
        codec = CODECS.get(self.encoding, "latin-1")
        opened = gzip.open if self.path.suffix == ".gz" else open
        errors = "replace" if codec == "utf-16" else "surrogateescape"
        with opened(self.path, "rt", encoding=codec, errors=errors, newline="") as file:
            for number, line in enumerate(file, 1):
                text = line.rstrip("\r\n")
                yield number, text, line[len(text) :]

    def likely_delimiter(self) -> str:
        """Return the delimiter that most of the first lines contain equally often."""
        first = [text for _, text, _ in islice(self.lines(), self.skip, 200) if text]

        def agreement(sign: str) -> tuple[int, int]:
            counts = Counter(text.count(sign) for text in first if sign in text)
            ((count, lines),) = counts.most_common(1) or [(0, 0)]
            return lines, count

        return max(DELIMITERS, key=agreement)

    def records(self) -> Iterator[tuple[int, str, int, bool, str]]:
        """Yield, for each record, the number of its first line, the text of its last
        line, its number of fields (0 for an empty line), whether text follows a closed
        quote, and its line end.
        """
        inside, first, fields, stray = False, 0, 1, False
        for number, text, end in self.lines():
            if number <= self.skip:
                continue
            if not text and not inside:
                yield number, text, 0, False, end
                continue
            if not inside:
                first, fields, stray = number, 1, False
            delimiters, inside, is_stray = self.scan(text, inside)
            fields, stray = fields + delimiters, stray or is_stray
            if not inside:
                yield first, text, fields, stray, end
        if inside:
            raise FileError(
                f"the quote ({self.quote}) that opens on line {first:,} has no end.",
                "Close or remove that quote.",
            )

    def scan(self, line: str, inside: bool) -> tuple[int, bool, bool]:
        """Return the number of delimiters outside of quotes, whether a quote is open
        at the end, and whether text follows a closed quote.
        """
        delimiters, at, stray = 0, 0, False
        while True:
            if not inside and self.quote and line.startswith(self.quote, at):
                inside, at = True, at + 1
            if inside:
                at = self.end_of_quote(line, at)
                if at < 0:
                    return delimiters, True, stray
                inside = False
                stray |= at < len(line) and not line.startswith(self.delimiter, at)
            at = line.find(self.delimiter, at)
            if at < 0:
                return delimiters, False, stray
            delimiters, at = delimiters + 1, at + len(self.delimiter)

    def end_of_quote(self, line: str, at: int) -> int:
        while (at := line.find(self.quote, at)) >= 0:
            if self.escape == self.quote and line.startswith(self.quote, at + 1):
                at += 2
            elif self.escape != self.quote and at and line[at - 1] == self.escape:
                at += 1
            else:
                return at + 1
        return -1


def look_at_head(text: Text) -> None:
    """Raise a FileError if a file is empty, not text, or UTF-16 without the option."""
    with open(text.path, "rb") as file:
        head = file.read(4)
    if not head:
        raise FileError("the file is empty.", "Export it with a header and rows.")
    if head in (b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0"):
        raise FileError(
            "the file is a workbook, an archive or a Parquet file.",
            "Save it as CSV, or let the name of a Parquet file end in .parquet.",
        )
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") and text.encoding != "utf-16":
        raise FileError("the file is UTF-16.", "Say so: {file: ..., encoding: utf-16}.")


def look_at_lines(text: Text) -> None:
    """Raise a FileError if a line cannot be decoded or is too long."""
    # At these codes, Windows-1252 has signs such as the Euro, and Latin-1 has none.
    wrong = re.compile(
        "[\x80-\x9f]" if text.encoding == "latin-1" else "[\udc80-\udcff]"
    )
    for number, line, _ in text.lines():
        if not line.isascii() and wrong.search(line):
            raise FileError(
                f"line {number:,} has bytes that are no {text.encoding.upper()}.",
                "Save the file as UTF-8 (iconv -f windows-1252 -t utf-8), or say"
                " {file: ..., encoding: latin-1} if that is what it is.",
            )
        if len(line) > text.longest // 4 and len(line.encode()) > text.longest:
            raise FileError(
                f"line {number:,} is longer than {text.longest:,} bytes.",
                "Shorten its texts. If none is so long, a quote is never closed.",
            )


def look_at_records(text: Text) -> None:
    """Raise a FileError if a record has no end, another number of fields than the
    header, or another line end than most records.
    """
    found: dict[int, list[int]] = {}
    ends: dict[str, list[int]] = {}
    strays, header, header_fields = [], "", 0
    for line, record, fields, stray, end in text.records():
        ends.setdefault(end or next(iter(ends), ""), []).append(line)
        if not fields:
            continue
        if not header:
            header, header_fields, header_line = record, fields, line
        found.setdefault(fields, []).append(line)
        strays += [line] if stray else []
    if strays:
        raise FileError(
            f"{words(strays)}: something follows a closed quote ({text.quote}).",
            "Double the quotes within a quoted text. If a backslash stands before them,"
            " say so: {file: ..., escape: '\\'}.",
        )
    if header and header_line > text.skip + 1:
        raise FileError(
            f"the header stands on line {header_line:,}, after empty lines.",
            f"Remove them, or skip them with skip_lines: {header_line - 1}.",
        )
    if len(found) < 2:
        *rare, usual = sorted(ends, key=lambda end: len(ends[end])) or [""]
        for end in rare:
            raise FileError(
                f"{ENDS[end]} ends {words(ends[end])}; {ENDS[usual]} ends most others.",
                f"Let all lines end in {ENDS[usual]}.",
            )
        return
    by = DELIMITERS.get(text.delimiter, repr(text.delimiter))
    usual = max(found, key=lambda fields: len(found[fields]))
    start = found[usual][0]
    has = f"the header has {header_fields} fields (separated by {by})"
    more = header_fields - usual
    if more > 0 and not "".join(header.split(text.delimiter)[-more:]).strip():
        raise FileError(
            f"{has}, {more} without a name; {words(found[usual])} have {usual}.",
            f"Remove the delimiters at the end of line {text.skip + 1:,}.",
        )
    if usual > header_fields and text.skip < start - 1 < PREAMBLE:
        raise FileError(
            f"line {start:,} is the first with {usual} fields (separated by {by}), as"
            f" {len(found[usual]):,} have; the lines before it have fewer.",
            f"If line {start:,} is the header, leave out the lines before it with"
            f" skip_lines: {start - 1} (in read_csv: skip = {start - 1}).",
        )
    same = found.pop(header_fields)
    others = sorted(line for lines in found.values() for line in lines)
    counts = " or ".join(str(fields) for fields in sorted(found))
    cure = "Mend these lines, or fill what they lack: {file: ..., short_rows: fill}."
    if max(found) > header_fields:
        cure = f"Mend these lines: a text with {by} in it stands in quotes."
    if len(others) > 1 and len(same) > 1 and same[-1] < others[0]:
        cure = (
            "Give an export that begins there a file of its own, or mend these lines."
        )
    have = "have" if len(others) > 1 else "has"
    raise FileError(f"{has}; {words(others)} {have} {counts}.", cure)


def look_closer(row: dict) -> None:
    """Check that the files have as many records as the rows that DuckDB read.

    Args:
        row: row of int_files_counted.

    Raises:
        FileError: the numbers differ, or DuckDB has found a fault.
    """
    options = json.loads(row["options"])
    texts = [  # only DuckDB can read remote files and other compressions
        Text(path, options)
        for path in map(Path, row["paths"])
        if path.is_file() and path.suffix != ".zst" and "compression" not in options
    ]
    if not row["found"] and texts:
        records = sum(record[2] > 0 for text in texts for record in text.records())
        if records - row["header_lines"] == row["source_rows"]:
            return
    for text in texts:
        look_at_head(text)
        if row["lines"] is None:  # DuckDB could not read the file
            look_at_lines(text)
        look_at_records(text)
    raise FileError(
        row["found"]
        or f"{row['lines'] - row['header_lines']:,} lines below the header, and"
        f" {row['source_rows']:,} rows that DuckDB reads.",
        row["cure"]
        or "Say how the file is written: {file: ..., delimiter: ',', quote: '\"'}.",
    )


def model(dbt, session: DuckDBPyConnection) -> DuckDBPyRelation:
    """Return one row per call of read_csv in segmentation_customers."""
    dbt.config(materialized="table")
    relation = dbt.ref("customer_segmentation", "int_files_counted")
    rows = []
    for values in relation.fetchall():
        row = dict(zip(relation.columns, values, strict=True))
        rows.append({name: row[name] for name in SCHEMA})
        if row["found"] or row["records"] != row["header_lines"] + row["source_rows"]:
            try:
                look_closer(row)
            except (EOFError, OSError, zlib.error, FileError) as error:
                found, cure = error.args if isinstance(error, FileError) else UNPACKED
                raise FileError(
                    f"The file {row['file']} (segmentation_customers) cannot be used as"
                    f" it is.\nFound: {found}\nCure: "
                    + cure.replace("...", row["file"])
                ) from None
    return session.sql(
        "select line.* from (select unnest(from_json("
        f"$rows, '{json.dumps([SCHEMA])}')) as line)",
        params={"rows": json.dumps(rows)},
    )
