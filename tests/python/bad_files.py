"""Bad customer files: a seeded generator of several files of every kind.

Each kind changes the lines of a good file. It also knows the number of rows that a
person would see in the file, without a CSV reader.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from bad_bytes import BYTES, text

HEADER = "CustomerID,Age,Annual Income (k$),Spent,Plan,Remarks"
SECRET = "dear diary"
FEATURES = {
    "age": {"expression": '"Age"', "min": 0, "max": 120},
    "income": {"expression": '"Annual Income (k$)"'},
}
CONFIGURATION = {
    "segmentation_customer_id": '"CustomerID"',
    "segmentation_features": FEATURES,
    "segmentation_measures": {"spent": {"expression": '"Spent"'}},
    "segmentation_attributes": {"plan": {"expression": '"Plan"'}},
    "segmentations": {
        "shoppers": {"features": ["age", "income"], "clusters": 2},
        "plans": {"by": "plan"},
    },
    "segmentation_restarts": 2,
}


@dataclass
class Case:
    """A file and a configuration to build from it.

    Attributes:
        rows: number of customers that a person sees in the file. No other line may
            become a customer; a second header or a line of totals may be rejected.
        changes: changes of the configuration.
        is_learned: whether to build segments. This is not needed for a fault in lines
            or bytes: once the file is read, its customers are those of a good file.
    """

    name: str
    content: bytes
    rows: int
    changes: dict = field(default_factory=dict)
    is_learned: bool = True


def good_lines(random: Random, size: int = 40) -> list[str]:
    """Return a header and customers of two clear groups, with a column of remarks that
    is not configured.
    """
    return [HEADER] + [
        f"c{number:04d},{20 + 40 * (number % 2) + random.randint(0, 6)}"
        f",{30 + 50 * (number % 2) + random.randint(0, 9)}"
        f",{random.randint(0, 9999) / 100},{random.choice(['free', 'paid'])},{SECRET}"
        for number in range(size)
    ]


def with_cells(
    lines: list[str], random: Random, column: str, values: list[str], share: float = 0.1
) -> list[str]:
    """Return the lines with the given values in at least one row of a column."""
    place = HEADER.split(",").index(column)
    rows = [line.split(",") for line in lines[1:]]
    for row in random.sample(rows, max(1, round(share * len(rows)))):
        row[place] = random.choice(values)
    return [lines[0], *map(",".join, rows)]


INCOME = "Annual Income (k$)"
CELLS = {
    # kind: (column, values, share of the rows that get one of the values)
    "numbers as words": ("Age", ["forty", "ca. 40", "old"], 0.1),
    "numbers with a currency": (INCOME, ["50 k$", "EUR 50", "50%"], 0.1),
    "numbers with thousands": (INCOME, ['"1,250.50"', '"12,000"'], 0.1),
    "numbers with a decimal comma": (INCOME, ['"50,5"', '"1.250,50"'], 1),
    "infinities": (INCOME, ["inf", "-inf", "Infinity"], 0.1),
    "not a number": (INCOME, ["NaN", "nan"], 0.2),
    "nothing but NaN": (INCOME, ["NaN"], 1),
    "giants": (INCOME, ["1e300", "1e308", "-1e300"], 0.1),
    "dwarfs": (INCOME, ["1e-300", "5e-324"], 0.1),
    "nothing but dwarfs": (INCOME, ["1e-300", "2e-300", "3e-300"], 1),
    "nothing but giants": (INCOME, ["1e300", "2e300"], 1),
    "giant measures": ("Spent", ["1e300", "1e29", "-1e200"], 0.1),
    "dwarf measures": ("Spent", ["1e-300", "1e-12"], 1),
    "one giant measure": ("Spent", ["1e30"], 0),
    "measures of a coin's fractions": ("Spent", ["1e-12", "7.25e-12", "-3e-12"], 1),
    "measures as words": ("Spent", ["much", "n/a"], 0.1),
    "numbers in base 16": (INCOME, ["0x1F", "1F"], 0.1),
    "dates for numbers": (INCOME, ["2024-03-01", "01/03/2024"], 1),
    "truths for numbers": (INCOME, ["true", "false"], 1),
    "words for nothing": (INCOME, ["-", "NULL", "N/A", "?"], 0.2),
    "mostly missing": (INCOME, [""], 0.7),
    "nothing at all": (INCOME, [""], 1),
    "a constant": (INCOME, ["50"], 1),
    "nearly a constant": (INCOME, ["50", "50.0000000000001"], 1),
    "a constant and rounding": (INCOME, ["0.3", "0.30000000000000004"], 1),
    "a giant and rounding": (INCOME, ["1e15", "1000000000000000.1"], 1),
    "ages out of range": ("Age", ["-1", "999", "1890"], 0.1),
    "ages in days": ("Age", ["14600", "9125"], 1),
    "missing ids": ("CustomerID", ["", '"  "'], 0.1),
    "mostly missing ids": ("CustomerID", [""], 0.8),
    "no id at all": ("CustomerID", [""], 1),
    "one id for all": ("CustomerID", ["c1"], 1),
    "a few ids twice": ("CustomerID", ["c0001", "c0002"], 0.1),
    "ids with blanks": ("CustomerID", ['" c0001"', '"c0001 "'], 0.1),
    "plans with names of ours": ("Plan", ["all", "unassigned", "(missing)"], 0.1),
    "one plan": ("Plan", ["free"], 1),
    "plans with quotes": ("Plan", ['"a ""b"""', "it's", "'; --"], 0.2),
    "plans of an empty name": ("Plan", ["", '"  "'], 0.3),
    "long cells": ("Plan", ["x" * 100_000], 0.1),
    "long lines": ("Plan", ["x" * 3_000_000], 0.01),
}


def repeated(lines: list[str], times: int) -> list[str]:
    return lines[:1] + lines[1:] * times


def changed_columns(lines: list[str], change: Callable[[list[str]], list[str]]):
    return [",".join(change(line.split(","))) for line in lines]


def ragged(lines: list[str], random: Random, change: Callable[[str], str]):
    """Return the lines after a change of one line that is not the header."""
    place = random.randrange(1, len(lines))
    return [*lines[:place], change(lines[place]), *lines[place + 1 :]]


def conflicting(lines: list[str], random: Random, share: float) -> list[str]:
    """Return the lines, and copies of some lines with another income."""
    again = random.sample(lines[1:], max(1, round(share * (len(lines) - 1))))
    return lines + [",".join([*line.split(",")[:2], "7,7,free,x"]) for line in again]


ROWS: dict[str, Callable[[list[str], Random], list[str]]] = {
    "good": lambda lines, _: lines,
    "a header only": lambda lines, _: lines[:1],
    "one row": lambda lines, _: lines[:2],
    "two rows": lambda lines, _: lines[:3],
    "three rows": lambda lines, _: lines[:4],
    "rows all alike": lambda lines, _: (
        lines[:1] + [f"c{n},40,50,1,free,x" for n in range(len(lines))]
    ),
    "two kinds of rows": lambda lines, _: (
        lines[:1] + [f"c{n},{40 + n % 2},5,1,free,x" for n in range(len(lines))]
    ),
    "one crowd": lambda lines, random: (
        lines[:1]
        + [
            f"c{n},{random.gauss(50, 9):.3f},{random.gauss(50, 9):.3f},1,free,x"
            for n in range(200)
        ]
    ),
    "one far outlier": lambda lines, _: [*lines, "far,50,1e14,1,free,x"],
    "a few exact copies": lambda lines, random: lines + random.choices(lines[1:], k=5),
    "every row twice": lambda lines, _: repeated(lines, 2),
    "every row three times": lambda lines, _: repeated(lines, 3),
    "a few conflicts": lambda lines, random: conflicting(lines, random, 0.1),
    "nothing but conflicts": lambda lines, random: conflicting(lines, random, 1),
    "orders for customers": lambda lines, random: (
        lines[:1]
        + [f"c{n % 7},{random.randint(20, 60)},{n},1,free,x" for n in range(90)]
    ),
}
LINES: dict[str, Callable[[list[str], Random], list[str]]] = {
    "a missing column": lambda lines, _: changed_columns(
        lines, lambda row: row[:2] + row[3:]
    ),
    "a renamed column": lambda lines, _: [lines[0].replace("Age", "Years"), *lines[1:]],
    "a column in other case": lambda lines, _: [lines[0].lower(), *lines[1:]],
    "columns with blanks": lambda lines, _: [lines[0].replace(",", " , "), *lines[1:]],
    "a column twice": lambda lines, _: [lines[0].replace("Spent", "Age"), *lines[1:]],
    "a column without name": lambda lines, _: [
        lines[0].replace("Remarks", ""),
        *lines[1:],
    ],
    "no header": lambda lines, _: lines[1:],
    "a comma after the header": lambda lines, _: [lines[0] + ",", *lines[1:]],
    "two commas after the header": lambda lines, _: [lines[0] + ",,", *lines[1:]],
    "a comma after each row": lambda lines, _: [
        lines[0],
        *(line + "," for line in lines[1:]),
    ],
    "a short line": lambda lines, random: ragged(
        lines, random, lambda line: line.rsplit(",", 2)[0]
    ),
    "a long line": lambda lines, random: ragged(
        lines, random, lambda line: line + f",{SECRET},{SECRET}"
    ),
    "an open quote": lambda lines, random: ragged(
        lines, random, lambda line: line.replace(",", ',"', 1)
    ),
    "a quote within": lambda lines, random: ragged(
        lines, random, lambda line: line.replace("c0", 'c"0', 1)
    ),
    "ids with a hash": lambda lines, _: (
        lines[:1]
        + [line.replace("c", "#" * (n % 2), 1) for n, line in enumerate(lines[1:])]
    ),
    "a hash before each id": lambda lines, _: (
        lines[:1] + ["#" + line for line in lines[1:]]
    ),
    "a hash before the first ids": lambda lines, _: [
        *lines[:1],
        *("#" + line for line in lines[1:9]),
        *lines[9:],
    ],
    "a hash before the header": lambda lines, _: ["#" + lines[0], *lines[1:]],
    "a repeated header": lambda lines, _: lines[:20] + lines[:1] + lines[20:],
    "a line of units": lambda lines, _: [*lines[:1], "id,years,k$,EUR,,", *lines[1:]],
    "a line of totals": lambda lines, _: [*lines, "Total,2000,2500,,,"],
    "many columns": lambda lines, _: [
        line + "".join(f",{place}{number}" for number in range(500))
        for place, line in enumerate(lines)
    ],
    "columns in another order": lambda lines, _: changed_columns(
        lines, lambda row: row[::-1]
    ),
    "unseen characters": lambda lines, _: [line + "\u200b\ufeff" for line in lines],
    "a hard blank in a column": lambda lines, _: [
        lines[0].replace("Annual Income", "Annual\u00a0Income"),
        *lines[1:],
    ],
    "an unseen blank after a column": lambda lines, _: [
        lines[0].replace("Age", "Age\u200b"),
        *lines[1:],
    ],
    "a tab after a column": lambda lines, _: [
        lines[0].replace("Age", "Age\t"),
        *lines[1:],
    ],
}


EMPTY = {"an empty file", "blank lines only", "an archive", "a page"}


def bad_files(rounds: int) -> Iterator[Case]:
    """Yield every kind of bad file in each of several rounds, all different."""
    for number in range(rounds):
        for kind in [*CELLS, *ROWS, *LINES, *BYTES]:
            name = f"{kind} {number}"
            random = Random(name)
            lines = good_lines(random, random.randint(30, 60))
            if kind in CELLS:
                lines = with_cells(lines, random, *CELLS[kind])
            elif kind in ROWS | LINES:
                lines = (ROWS | LINES)[kind](lines, random)
            content = BYTES[kind](lines) if kind in BYTES else text(lines)
            rows = len(lines) - 1
            if kind in EMPTY:
                rows = 0
            elif kind == "no header":
                rows += 1
            elif kind.startswith("two exports"):
                rows *= 2
            yield Case(name, content, rows, is_learned=kind in CELLS | ROWS)
