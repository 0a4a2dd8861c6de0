"""The package works in an environment with the packages that the README names, and in a
project that only sets vars and whose models have the names of ours.
"""

import json
import re
from types import SimpleNamespace

import duckdb
import pytest
import yaml
from project import ROOT
from small_environments import SmallEnvironment

pytestmark = pytest.mark.slow

NAMED_ALIKE = ["audiences", "drift", "segments"]
CUSTOMERS = """
select
    number::varchar as id,
    ['DE', 'FR', 'IT'][1 + number % 3] as country,
    20 + number % 2 * 50 + hash(number) % 1000 / 100.0 as income,
    10 + number % 4 // 2 * 300 + hash(-number) % 1000 / 50.0 as revenue
from range(1000) as numbers (number)
"""
VARS = {
    "segmentation_customers": "{{ ref('shop', 'customers') }}",
    "segmentation_customer_id": "id",
    "segmentation_attributes": ["country"],
    "segmentation_measures": {"revenue": {"unit": "EUR"}},
    "segmentation_features": {"income": {}, "revenue": {"transform": "log"}},
    "segmentations": {"worth": {"features": ["income", "revenue"]}},
    "segmentation_publish_to": "published/shop",
}
DBT = ("-m", "dbt.cli.main")


def named_in_the_readme() -> list[str]:
    """Return the packages that the README tells users of the package to install."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (command,) = re.findall("`pip install ([^`]*)` and `dbt deps`", readme)
    return command.split()


def write_project(folder) -> None:
    """Write a dbt project that installs the package and has its own models."""
    files = {
        "dbt_project.yml": {
            "name": "shop",
            "profile": "shop",
            "vars": {"customer_segmentation": VARS},
        },
        "packages.yml": {"packages": [{"local": str(ROOT)}]},
        "profiles.yml": {
            "shop": {
                "target": "dev",
                "outputs": {"dev": {"type": "duckdb", "path": "shop.duckdb"}},
            }
        },
    }
    (folder / "models").mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump(content))
    (folder / "models" / "customers.sql").write_text(CUSTOMERS)
    for name in NAMED_ALIKE:
        (folder / "models" / f"{name}.sql").write_text("select 'of the shop' as whose")


def statuses(project) -> dict:
    """Return the status of each node of the last command by package and name."""
    results = json.loads((project / "target" / "run_results.json").read_text())
    return {
        tuple(result["unique_id"].split(".")[1:3]): result["status"]
        for result in results["results"]
    }


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """A build without the Python packages, and a second build with them."""
    folder = tmp_path_factory.mktemp("scratch")
    environment = SmallEnvironment(folder / "environment")
    project = folder / "shop"
    write_project(project)
    builds = []
    for packages in ["dbt-duckdb"], named_in_the_readme():
        installed = environment.install(*packages)
        deps = environment.run(*DBT, "deps", folder=project)
        assert deps[0] == 0, deps[1]
        code, log = environment.run(*DBT, "build", folder=project)
        builds.append(
            SimpleNamespace(
                installed=installed, code=code, log=log, statuses=statuses(project)
            )
        )
    return SimpleNamespace(
        environment=environment, project=project, bare=builds[0], complete=builds[1]
    )


def test_the_environment_is_small(scratch):
    assert "numpy" not in scratch.bare.installed
    assert {"dbt-core", "numpy", "scikit-learn"} <= scratch.complete.installed
    assert not {"pandas", "pyarrow", "pytest"} & scratch.complete.installed


def test_missing_packages_stop_the_build_with_a_sentence(scratch):
    stopped = [
        name for name, status in scratch.bare.statuses.items() if status == "error"
    ]

    assert scratch.bare.code == 1
    assert stopped == [("customer_segmentation", "python_packages_are_installed")]
    assert "The Python package numpy is missing where dbt runs." in scratch.bare.log
    assert "Install it: pip install numpy scipy scikit-learn" in scratch.bare.log
    assert "Traceback" not in scratch.bare.log


def test_nothing_reads_customers_without_the_packages(scratch):
    ran = {
        name for name, status in scratch.bare.statuses.items() if status == "success"
    }

    assert {("shop", name) for name in ["customers", *NAMED_ALIKE]} <= ran
    assert len(ran) < 25
    assert scratch.bare.statuses["customer_segmentation", "base_customers"] == "skipped"


def test_what_the_readme_names_is_enough(scratch):
    assert scratch.complete.code == 0, scratch.complete.log
    assert set(scratch.complete.statuses.values()) == {"success", "pass"}
    assert "WARN=0" in scratch.complete.log


def test_tables_of_the_same_names_stand_in_two_schemas(scratch):
    with duckdb.connect(str(scratch.project / "shop.duckdb"), read_only=True) as tables:
        for name in NAMED_ALIKE:
            assert tables.sql(f"from main.{name}").fetchall() == [("of the shop",)]
            ours = tables.sql(f"from main_segmentation.{name}")
            assert "whose" not in ours.columns
        assert tables.sql("from main_segmentation.segments").fetchall()
        assert tables.sql(
            "from information_schema.tables select count(*) where table_schema = 'main'"
        ).fetchall() == [(1 + len(NAMED_ALIKE),)]


def test_tests_of_the_package_stay_with_its_models(scratch):
    manifest = json.loads((scratch.project / "target" / "manifest.json").read_text())
    tests = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and set(NAMED_ALIKE)
        & {key.split(".")[-1] for key in node["depends_on"]["nodes"]}
    ]

    assert len(tests) > 10
    for node in tests:
        assert {key.split(".")[1] for key in node["depends_on"]["nodes"]} == {
            "customer_segmentation"
        }
        if "attached_node" in node:  # a test of a properties file
            assert node["attached_node"] in node["depends_on"]["nodes"]


def test_the_report_of_the_page_is_one_command(scratch):
    page = (ROOT / "docs" / "package.md").read_text(encoding="utf-8")
    (command,) = re.findall("^python (dbt_packages/.*)$", page, re.MULTILINE)
    command = command.replace("my.duckdb", "shop.duckdb")
    code, log = scratch.environment.run(*command.split(), folder=scratch.project)

    assert code == 0, log
    assert (scratch.project / "target" / "report" / "index.html").exists()
    published = scratch.project / "published" / "shop" / "current"
    assert "worth-1" in (published / "report.html").read_text(encoding="utf-8")
