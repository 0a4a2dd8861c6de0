"""Renders the boards of a built database as one page that needs nothing else.

python report/report.py [--database FILE] [--schema NAME] [--output FOLDER]
"""

import argparse
import os
import sys
from pathlib import Path

import jinja2
from boards import report
from database import CannotReadError
from tables import read_all

HERE = Path(__file__).parent
POINTS = 1000  # customers in a scatter: more would hide each other


def render(database: Path, schema: str | None = None, points: int = POINTS) -> str:
    """Return the page.

    Raises:
        CannotReadError: with what to do about it.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    page = environment.get_template("report.html.j2")
    return page.render(**report(read_all(database, schema, points)))


def main() -> None:
    """Write the page and say where it is."""
    parser = argparse.ArgumentParser(description="Render the boards as one HTML page.")
    parser.add_argument(
        "--database",
        type=Path,
        default=os.environ.get("SEGMENTATION_DATABASE", "customer_segmentation.duckdb"),
        help="the built database; else SEGMENTATION_DATABASE, else the sample's",
    )
    parser.add_argument("--schema", help="the schema, if several have segments")
    parser.add_argument(
        "--output", type=Path, default=Path("target/report"), help="folder of the page"
    )
    arguments = parser.parse_args()
    try:
        page = render(arguments.database, arguments.schema)
    except CannotReadError as error:
        sys.exit(str(error))
    arguments.output.mkdir(parents=True, exist_ok=True)
    file = arguments.output / "index.html"
    file.write_text(page, encoding="utf-8")
    print(f"The report is in {file}: open it in a browser.")


if __name__ == "__main__":
    main()
