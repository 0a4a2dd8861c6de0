"""Functions with which the tests of the report render a page and look at it."""

import subprocess
import sys

from project import ROOT

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
]
KMEANS = ["lifestyle", "value", "attitudes", "rfm", "demographics"]
BOARDS = [
    *("overview", "segments", "composition", "choosing_k", "movement", "comparison"),
    "trial",
]


def run_report(database, folder, *options):
    """Render as `make report` does, from the root of the project."""
    return subprocess.run(
        [
            *(sys.executable, "report/report.py"),
            *("--database", str(database), "--output", str(folder), *options),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def render(database, folder):
    """Return the page of a database."""
    finished = run_report(database, folder)
    assert finished.returncode == 0, finished.stderr
    return folder / "index.html"


def go(page, board):
    """Show a board; return its view, the only one that is visible."""
    page.evaluate("board => { location.hash = board }", board)
    segmentation, _, name = board.partition("/")
    view = page.locator(
        f".view[data-segmentation='{segmentation}'][data-board='{name}']"
    )
    view.wait_for(state="visible")
    assert page.locator(".view:visible").count() == 1
    return view


def all_boards(page):
    """Return the addresses of all boards, in the order of the page."""
    return page.locator(".view").evaluate_all(
        "views => views.map(({dataset}) => `${dataset.segmentation}/${dataset.board}`)"
    )


def texts(locator):
    """Return the texts of elements, with each run of white space as one blank."""
    return [" ".join(text.split()) for text in locator.all_text_contents()]


def rgb(color):
    """Return a hexadecimal color as the browser reports it."""
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


def colors(locator, style):
    return locator.evaluate_all(
        f"elements => elements.map(element => getComputedStyle(element).{style})"
    )
