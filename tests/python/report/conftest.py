"""Chromium, the page of the sample, and pages of other projects."""

import shutil
from contextlib import contextmanager

import duckdb
import pytest
from browsing import FLAGS, render
from playwright.sync_api import sync_playwright
from project import Project


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium")
    assert chromium, "install the package chromium, or run make test"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def look(browser):
    """Open a file without a network, and note requests and errors in `page.noted`."""

    @contextmanager
    def opened(file, board="", width=1440, **options):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, offline=True, **options
        )
        page = context.new_page()
        page.noted = []
        page.on("console", lambda message: page.noted.append(message.text))
        page.on("pageerror", lambda error: page.noted.append(str(error)))
        page.on("request", lambda request: page.noted.append(request.url))
        page.goto(f"{file.as_uri()}#{board}")
        yield page
        context.close()

    return opened


@pytest.fixture(scope="session")
def file(sample, tmp_path_factory):
    """The page of the sample."""
    return render(sample.database, tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def page(file, look):
    with look(file) as opened:
        yield opened


@pytest.fixture
def changed(sample, tmp_path, look):
    """Open the report of a copy of the sample that some SQL has changed."""

    @contextmanager
    def look_after(*statements, board=""):
        database = shutil.copy(sample.database, tmp_path)  # views name the file
        with duckdb.connect(str(database)) as connection:
            for statement in statements:
                connection.execute(statement)
        with look(render(database, tmp_path), board) as opened:
            yield opened

    return look_after


def build(folder, header, lines, **variables):
    """Build a separate project from rows of a file."""
    file = folder / "people.csv"
    file.write_text("\n".join([header, *lines]) + "\n")
    project = Project(folder)
    result = project.dbt(
        *("build", "--selector", "own_customers"),
        *("--exclude-resource-type", "test", "unit_test"),
        segmentation_customers=f"read_csv('{file}', all_varchar = true)",
        segmentation_customer_id="id",
        segmentation_restarts=2,
        **variables,
    )
    assert result.success, result.error
    return project


@pytest.fixture(scope="session")
def smallest(tmp_path_factory, groups):
    """A project with one segmentation, two features and nothing else."""
    folder = tmp_path_factory.mktemp("smallest")
    points = groups([(30, 20), (30, 60), (60, 40)], 60, 4, seed=3)
    lines = [f"{place},{x:.0f},{y:.2f}" for place, (x, y) in enumerate(points)]
    return build(
        folder,
        "id,age,income",
        lines,
        segmentation_attributes=[],
        segmentation_measures={},
        segmentation_features={
            "age": {"basis": "demographic"},
            "income": {"basis": "demographic"},
        },
        segmentations={"people": {"features": ["age", "income"], "clusters": [2, 4]}},
    )


@pytest.fixture(scope="session")
def wide(tmp_path_factory, groups):
    """The page of 2 to 12 segments with long names."""
    folder = tmp_path_factory.mktemp("wide")
    centers = [(100 * x, 100 * y) for x in range(4) for y in range(3)]
    points = groups(centers, 40, 6, seed=5) + 50
    regions = ["Mecklenburg-Vorpommern", "Provence-Alpes-Côte d'Azur", "Kärnten"]
    project = build(
        folder,
        "id,days,deals,region",
        [
            f"{place},{x:.1f},{y:.1f},{regions[place % 3]} {place % 20}"
            for place, (x, y) in enumerate(points)
        ],
        segmentation_attributes=["region"],
        segmentation_measures={
            "deals": {"label": "Number of long-running maintenance deals"}
        },
        segmentation_features={
            "days": {
                "label": "Average time between two consecutive orders",
                "unit": "days of the calendar year",
                "words": {
                    "low": "extraordinarily short time between two orders",
                    "high": "Donaudampfschifffahrtsgesellschaftskapitänswitwenrente",
                },
            },
            "deals": {"label": "Number of long-running maintenance deals"},
        },
        segmentations={
            name: {"features": ["days", "deals"], "clusters": clusters}
            for name, clusters in [
                *(("everything", 2), ("use", 2), ("all", 2), ("three", 3)),
                *(("five", 5), ("eight", 8), ("twelve", 12)),
            ]
        }
        | {"region": {"by": "region"}},
    )
    return render(project.database, folder)


@pytest.fixture(scope="session")
def kinds(tmp_path_factory, groups):
    """A project with every kind of feature, and its page."""
    folder = tmp_path_factory.mktemp("kinds")
    points = groups([(30, 20), (30, 90), (60, 50)], 80, 6, seed=9)
    plans = ["basic", "gold", "it's free", ""]
    project = build(
        folder,
        "id,age,income,visits,plan",
        [
            f"{place},{x:.2f},{'' if place % 9 == 4 else f'{abs(y):.2f}'},"
            f"{place % 30},{plans[place % 4 if place % 2 else place // 80]}"
            for place, (x, y) in enumerate(points)
        ],
        segmentation_attributes=[],
        segmentation_measures={},
        segmentation_features={
            "age": {"clip": [0.05, 0.9]},
            "income": {"transform": "log", "missing": "median"},
            "visits": {"transform": "sqrt", "scale": "robust", "weight": 0.5},
            "plan": {"categories": ["basic", "gold", "it's free"], "missing": "gold"},
        },
        segmentations={
            "people": {"features": ["age", "income", "visits", "plan"], "clusters": 4}
        },
    )
    return project, render(project.database, folder)
