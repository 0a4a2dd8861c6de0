"""The printed report."""

import re

import pytest


def sizes(page):
    """Return the widths and heights of the printed pages, in points."""
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    return [
        (round(float(width)), round(float(height)))
        for width, height in re.findall(
            rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed
        )
    ]


@pytest.mark.parametrize(
    ("board", "most"),
    [("rfm/overview", 1), ("lifestyle/segments", 2), ("lifestyle/overview", 2)],
)
def test_boards_are_printed_on_a4_landscape(file, look, board, most):
    with look(file, board) as page:
        found = sizes(page)

    assert 1 <= len(found) <= most
    assert set(found) == {(842, 595)}


@pytest.mark.slow
def test_the_summary_has_at_most_six_pages(file, wide, look):
    with look(file, "/summary") as page:
        assert 2 <= len(sizes(page)) <= 6
    with look(wide, "/summary") as page:
        assert 2 <= len(sizes(page)) <= 6


def test_what_is_folded_on_the_screen_is_there_on_paper(file, look):
    with look(file, "lifestyle/segments") as page:
        hint = page.locator(".view:visible .figures-of li").first
        assert not hint.is_visible()
        page.emulate_media(media="print")
        assert hint.is_visible()
        assert not page.locator("header").is_visible()
