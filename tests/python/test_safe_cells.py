"""No text becomes a formula, however a spreadsheet splits the file into cells."""

import re
import unicodedata

import pytest
from jinja2 import Environment
from project import ROOT

STARTS = "=+-@＝＋－＠﹦﹢﹣﹫"
UNSEEN = ["", " ", "\t", "\r", "\n", "\r\n", "\u00a0", "\u200b", "\ufeff", "\u2060"]
UNSEEN += ["\u3000", "\u00ad", "\u3164", "\u2800", "\ufe0f", "\u200b\u00a0\t"]
HARMLESS = [
    "",
    "a",
    "a;b",
    "1-2",
    "a;1=2",
    "-5",
    "+4",
    "-1.5e3",
    "a; b",
    "x\ny",
    "a,=1",
]
HARMLESS += [
    "c=1",
    "'=1",
    "a;'=1",
    "it's",
    "Zoë 北京 🙂",
    " blank ",
    "me@home.org",
    "a -b",
]


@pytest.fixture
def safe(session):
    """A function that returns a text as the macro writes it."""
    file = ROOT / "macros" / "engine" / "safe_cell.sql"
    sql = Environment().from_string(file.read_text()).module.safe_cell("cell")
    session.execute("create table cells (cell varchar)")

    def run(text):
        session.execute("delete from cells")
        session.execute("insert into cells values (?)", [text])
        ((cell,),) = session.sql(f"select {sql} from cells").fetchall()
        return cell

    return run


def begins_as_formula(cell: str) -> bool:
    """Return whether the first visible character, except quotes, begins a formula."""
    unseen = "\u115f\u1160\u2800\u3164\uffa0"
    for character in cell:
        is_unseen = unicodedata.category(character)[0] in "ZCM" or character in unseen
        if not is_unseen and character != '"':
            return character in STARTS
    return False


@pytest.mark.parametrize("separator", [None, ";", "\t", "\n", "\r", "\r\n"])
def test_no_cell_begins_as_a_formula(safe, separator):
    for start in STARTS:
        for unseen in UNSEEN:
            before = "" if separator is None else f"a{separator}"
            cell = safe(f"{before}{unseen}{start}1+1")
            cells = re.split("[;\t\r\n]", cell)
            assert not any(map(begins_as_formula, cells)), repr(cell)
            assert cell.replace("'", "") == f"{before}{unseen}{start}1+1"


@pytest.mark.parametrize("text", ['a;"=1+1"', 'a;""=1', 'a\n"=1', "a;b;;=1;@2"])
def test_quotes_and_empty_cells_hide_nothing(safe, text):
    assert not any(map(begins_as_formula, re.split("[;\t\r\n]", safe(text))))


@pytest.mark.parametrize("text", HARMLESS)
def test_other_texts_stay_as_they_are(safe, text):
    assert safe(text) == text


def test_nothing_stays_nothing(safe):
    assert safe(None) is None
