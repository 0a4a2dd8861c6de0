"""Nothing is wider than the window, on small and on large screens."""

import pytest
from browsing import all_boards, go, texts

# Elements that are wider than the window and not in a frame with a scroll bar.
STANDS_OUT = """
    () => [...document.querySelectorAll('.view:not([hidden]) *, header *')]
        .filter(one => !one.parentElement.closest('.scroll, pre, .part'))
        .filter(one => one.checkVisibility())
        .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
        .map(one => `${one.tagName}.${one.className}: ${one.textContent.slice(0, 40)}`)
"""


@pytest.mark.parametrize("width", [390, 1024, 1440])
@pytest.mark.parametrize(
    "name", ["sample", pytest.param("wide", marks=pytest.mark.slow)]
)
def test_nothing_is_wider_than_the_window(request, look, name, width):
    page_file = request.getfixturevalue({"sample": "file", "wide": "wide"}[name])
    with look(page_file, width=width) as page:
        boards = all_boards(page)
        for board in boards:
            go(page, board)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, board
            assert page.evaluate(STANDS_OUT) == [], board
    assert len(boards) > 30


def test_at_a_desk_no_frame_of_the_sample_has_to_be_moved(file, look):
    with look(file) as page:
        for board in all_boards(page):
            view = go(page, board)
            hidden = view.locator(".scroll").evaluate_all(
                "frames => frames.filter(one => one.scrollWidth > one.clientWidth + 1)"
                ".map(one => one.ariaLabel)"
            )
            assert hidden == [], board


def test_no_share_in_a_bar_is_cut(file, look):
    with look(file, width=390) as page:
        for board in all_boards(page):
            shares = (
                go(page, board)
                .locator(".strip b")
                .evaluate_all(
                    "texts => texts"
                    ".filter(one => getComputedStyle(one).visibility !== 'hidden')"
                    ".map(one => { const range = document.createRange();"
                    " range.selectNode(one.firstChild);"
                    " return one.getBoundingClientRect().right"
                    " - range.getBoundingClientRect().right; })"
                )
            )
            assert all(room >= 0 for room in shares), board


@pytest.mark.slow
def test_bars_of_many_segments_still_show_the_shares(wide, look):
    for width in (390, 1440):
        with look(wide, "twelve/overview", width) as page:
            bar = page.locator(".view:visible .strip").first
            widths = bar.locator(".part").evaluate_all(
                "parts => parts.map(part => part.getBoundingClientRect().width)"
            )
            assert len(widths) == 12
            assert max(widths) / min(widths) == pytest.approx(1, abs=0.15)


@pytest.mark.slow
def test_any_name_of_a_segmentation_has_its_page(wide, look):
    with look(wide) as page:
        assert texts(page.locator("#segmentations a"))[:3] == [
            "Everything",
            "Use",
            "All",
        ]
        for name in ("everything", "use", "all"):
            assert go(page, f"{name}/overview").locator(".card").count() == 2
