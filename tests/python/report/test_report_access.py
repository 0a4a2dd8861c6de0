"""The report can be used without a mouse, and axe-core finds no serious problem."""

from importlib.resources import files

import drawing
import pytest
from browsing import all_boards, go, texts

AXE = files("axe_playwright_python") / "axe.min.js"
BOARDS = [
    *("/start", "lifestyle/overview", "lifestyle/segments", "rfm/choosing_k"),
    *(
        pytest.param(board, marks=pytest.mark.slow)
        for board in (
            *("/summary", "/data", "country/overview", "country/comparison"),
            *("lifestyle/composition", "rfm/movement", "lifestyle/comparison"),
            "lifestyle/trial",
        )
    ),
]


def findings(page):
    """Return what axe-core finds serious or critical on a page."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [
        (rule["id"], [node["html"][:120] for node in rule["nodes"]][:3])
        for rule in found
        if rule["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("board", BOARDS)
def test_axe_finds_nothing_serious(file, look, board):
    with look(file, board) as page:
        for summary in page.locator(".view:visible summary").all()[:3]:
            summary.click()
        assert findings(page) == []


@pytest.mark.slow
@pytest.mark.parametrize("board", ["lifestyle/overview", "lifestyle/comparison"])
def test_axe_finds_nothing_serious_on_a_phone(file, look, board):
    with look(file, board, width=390) as page:
        assert findings(page) == []


@pytest.mark.slow
def test_axe_finds_nothing_serious_in_twelve_segments(wide, look):
    with look(wide, "twelve/overview") as page:
        assert findings(page) == []


def test_axe_would_find_what_is_hard_to_read(file, look):
    with look(file, "lifestyle/overview") as page:
        page.add_style_tag(content=".lead { color: #bbb !important }")
        assert [rule for rule, _ in findings(page)] == ["color-contrast"]


def test_every_board_has_a_title_of_its_own(page):
    titles = []
    for board in all_boards(page):
        view = go(page, board)
        titles.append(page.title())
        assert texts(view.locator("h1"))[0] in " ".join(titles[-1].split())

    assert len(set(titles)) == len(titles) > 30


def test_the_keyboard_stays_where_it_was(file, look):
    focused = "document.activeElement.textContent.trim()"
    with look(file, "/start") as page:
        page.locator(".way").first.focus()
        page.keyboard.press("Enter")
        page.locator(".view[data-segmentation='lifestyle']:visible").wait_for()
        assert page.evaluate("document.activeElement.tagName") == "H1"

        page.locator(".view:visible .boards a:text-is('Who they are')").focus()
        page.keyboard.press("Enter")
        page.locator(".view[data-board='composition']:visible").wait_for()
        assert page.evaluate(focused) == "Who they are"
        page.keyboard.press("Tab")
        assert page.evaluate(focused) == "How many"

        page.locator("#segmentations a:text-is('RFM')").focus()
        page.keyboard.press("Enter")
        page.locator(".view[data-segmentation='rfm']:visible").wait_for()
        assert page.evaluate(focused) == "RFM"


def test_what_the_mouse_finds_is_written_too(file, look):
    with look(file) as page:
        hints = 0
        for board in all_boards(page):
            view = go(page, board)
            assert view.locator("[title]").count() == 0, board
            written = {*texts(view.locator(".figures-of li"))}
            tables = " ".join(texts(view.locator("table")))
            for hint in texts(view.locator("svg title")):
                figure = hint.rpartition(": ")[2]
                assert hint in written or figure in tables, (board, hint)
                hints += 1
        assert hints > 200
        details = go(page, "/data").locator("details").first
        details.locator("summary").focus()
        page.keyboard.press("Enter")
        assert details.locator("li").first.is_visible()


def test_the_scale_of_heat_maps_has_no_color_of_a_segment():
    for end in (drawing.LOW, drawing.HIGH):
        for color in drawing.PALETTE[:6]:
            other = [int(color[place : place + 2], 16) for place in (1, 3, 5)]
            assert sum(abs(a - b) for a, b in zip(end, other, strict=True)) > 90


def test_ink_can_be_read_on_every_color_of_the_scale():
    for step in range(-20, 21):
        color = drawing.diverging(step / 10, 2.0)
        assert drawing.contrast(drawing.INK, color) >= 4.5, step
