"""Bad files whose fault is in their bytes: different ways to write lines to a file."""

from collections.abc import Callable


def text(lines: list[str], end: str = "\n") -> bytes:
    return (end.join(lines) + end).encode()


def delimited(lines: list[str], delimiter: str) -> bytes:
    return text([line.replace(",", delimiter) for line in lines])


BYTES: dict[str, Callable[[list[str]], bytes]] = {
    "an empty file": lambda _: b"",
    "blank lines only": lambda _: b"\n\n\n",
    "a mark of byte order": lambda lines: b"\xef\xbb\xbf" + text(lines),
    "UTF-16": lambda lines: text(lines).decode().encode("utf-16"),
    "UTF-16 without a mark": lambda lines: text(lines).decode().encode("utf-16-le"),
    "Latin-1": lambda lines: text(lines).replace(b"free", b"fr\xe9e"),
    "one byte of another encoding": lambda lines: text(lines)[:-3] + b"\x80\n",
    "a byte of zero": lambda lines: text(lines).replace(b"c0007", b"c0\x0007"),
    "an archive": lambda _: b"PK\x03\x04" + bytes(range(256)) * 9,
    "a page": lambda _: b"<html><body>\n<p>Log in first</p>\n</body></html>\n" * 3,
    "semicolons": lambda lines: delimited(lines, ";"),
    "tabs": lambda lines: delimited(lines, "\t"),
    "bars": lambda lines: delimited(lines, "|"),
    "carets": lambda lines: delimited(lines, "^"),
    "two bars": lambda lines: delimited(lines, "||"),
    "semicolons in the header": lambda lines: text(
        [lines[0].replace(",", ";"), *lines[1:]]
    ),
    "a semicolon after the header": lambda lines: delimited(
        [lines[0] + ";", *lines[1:]], ";"
    ),
    "decimal commas and tabs": lambda lines: (
        delimited(lines, "\t").replace(b".", b",").replace(b"0\t", b"0,5\t")
    ),
    "decimal commas": lambda lines: (
        delimited(lines, ";").replace(b".", b",").replace(b"0;", b"0,5;")
    ),
    "carriage returns": lambda lines: text(lines, "\r"),
    "lines of Windows": lambda lines: text(lines, "\r\n"),
    "lines of two systems": lambda lines: text(lines[:9], "\r\n") + text(lines[9:]),
    "no last end of line": lambda lines: text(lines)[:-1],
    "blank lines between": lambda lines: text(lines, "\n\n"),
    "a title": lambda lines: b"Customers of May\n\n" + text(lines),
    "a title with commas": lambda lines: b"Customers,May,2024\n" + text(lines),
    "a hint for Excel": lambda lines: b"sep=,\n" + text(lines),
    "comments": lambda lines: b"# exported\n# by hand\n" + text(lines),
    "a remark at the end": lambda lines: text(lines) + b"\nexported in May\n",
    "two exports": lambda lines: (
        text(lines)
        + b"\n"
        + text([lines[0].replace("Age,", "Age,Sex,")])
        + text([line.replace(",", ",f,", 1).replace("c", "d") for line in lines[1:]])
    ),
    "two exports, the second with more": lambda lines: (
        text([line.rsplit(",", 1)[0] for line in lines])
        + text([line.replace("c", "d", 1) for line in lines])
    ),
    "two exports, the second with less": lambda lines: (
        text(lines)
        + text([line.rsplit(",", 2)[0].replace("c", "d", 1) for line in lines])
    ),
    "quotes for all": lambda lines: text(
        ['"' + line.replace(",", '","') + '"' for line in lines]
    ),
    "single quotes": lambda lines: text(
        ["'" + line.replace(",", "','") + "'" for line in lines]
    ),
    "escaped quotes": lambda lines: text(lines).replace(b"c0003", b'"c\\"3"'),
    "lines within cells": lambda lines: text(lines).replace(b"free", b'"fr\nee"'),
}
