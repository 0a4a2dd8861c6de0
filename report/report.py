"""Renders the boards of a built database as one page that needs no other file.

python report/report.py [--database FILE] [--schema NAME] [--output FOLDER]
    [--publication FOLDER]
"""

import argparse
import json
import os
import sys
from contextlib import suppress
from pathlib import Path

import jinja2
from boards import report
from database import CannotReadError
from tables import read_all

HERE = Path(__file__).parent
POINTS = 1000  # customers in a scatter plot: more would hide each other


def render(database: Path, schema: str | None = None, points: int = POINTS) -> str:
    """Return the page.

    Raises:
        CannotReadError: the message says what to do.
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


def publish(database: Path, folder: Path) -> Path | None:
    """Add the page to the current publication of a database, if there is one.

    The page only shows the tables of that publication. It appears as a whole, and is
    deleted with its version of the publication.

    Args:
        database: the built database.
        folder: the folder that `segmentation_publish_to` names.

    Returns:
        The file of the page. None if the database has published nothing there, or too
        few tables for a page.
    """
    version = (folder / "current").resolve()
    with suppress(OSError, ValueError, KeyError, CannotReadError):
        manifest = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
        if (folder / manifest["database"]).resolve() != database.resolve():
            return None
        page = render(version / "segments.duckdb")
        incomplete = version / ".report.html"
        incomplete.write_text(page, encoding="utf-8")
        incomplete.chmod(0o444)
        incomplete.replace(version / "report.html")
        return folder / "current" / "report.html"
    return None


def main() -> None:
    """Write the page, also into the publication, and print its path."""
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
    parser.add_argument(
        "--publication",
        type=Path,
        help="segmentation_publish_to, else published/ and the name of the database",
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
    published = publish(
        arguments.database,
        arguments.publication or Path("published", arguments.database.stem),
    )
    if published:
        print(f"Who reads the publication finds it in {published}.")


if __name__ == "__main__":
    main()
