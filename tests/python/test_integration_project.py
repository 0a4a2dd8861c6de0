"""The integration project has passing and failing examples of every generic test."""

import json
import re
import subprocess
import sys
from types import SimpleNamespace

import duckdb
import pytest
from project import ROOT
from shop import clean_environment, copy_of_project
from stored_examples import STORED

GENERIC_TESTS = sorted(path.stem for path in (ROOT / "tests" / "generic").glob("*.sql"))


GROUPS = "group_by must be a column name or a list of them"
TOLERANCE = "tolerance must be a number greater than 0"
MAXIMUM = "maximum must be a number from 0 to 1"
SMALLEST = "minimum must be a number from 0 to 1 or the name of a column"
SILHOUETTE = "minimum must be a number from -1 to 1 or the name of a column"
COLUMNS = "combination_of_columns must be a list of column names"
PAIR = "columns must be a list of at least two different column names"
CONDITION = "expression must be a SQL condition"

# Generic test, wrong arguments, and its error message.
MISTAKES = [
    ("is_standardized", {"group_by": 1}, GROUPS),
    ("is_standardized", {"group_by": {"a": 1}}, GROUPS),
    ("is_standardized", {"group_by": ["a", 1]}, GROUPS),
    ("is_standardized", {"tolerance": 0}, TOLERANCE),
    ("is_standardized", {"tolerance": "small"}, TOLERANCE),
    ("is_standardized", {"tolerance": True}, TOLERANCE),
    ("share_sums_to_one", {"group_by": [["a"]]}, GROUPS),
    ("share_sums_to_one", {"tolerance": -1}, TOLERANCE),
    ("smallest_segment_share", {"minimum": 2}, SMALLEST),
    ("smallest_segment_share", {"minimum": -0.1}, SMALLEST),
    ("smallest_segment_share", {"minimum": True}, SMALLEST),
    ("smallest_segment_share", {"minimum": None}, SMALLEST),
    ("silhouette_at_least", {"minimum": 1.1}, SILHOUETTE),
    ("silhouette_at_least", {"minimum": -1.1}, SILHOUETTE),
    ("silhouette_at_least", {"minimum": [0.2]}, SILHOUETTE),
    (
        "every_customer_scored_once",
        {"customers": "customers", "group_by": []},
        GROUPS,
    ),
    (
        "every_customer_scored_once",
        {"customers": None},
        "customers must be a relation",
    ),
    (
        "every_customer_scored_once",
        {"customers": "customers", "customers_column": 1},
        "customers_column must be a column name",
    ),
    ("row_count_preserved", {"compare_model": ""}, "compare_model must be a relation"),
    (
        "row_count_preserved",
        {"compare_model": "customers", "counted": " "},
        "counted must be an aggregate expression",
    ),
    (
        "row_count_preserved",
        {"compare_model": "customers", "compare_counted": 3},
        "compare_counted must be an aggregate expression",
    ),
    ("missing_share_at_most", {"maximum": 1.5}, MAXIMUM),
    ("missing_share_at_most", {"maximum": "half"}, MAXIMUM),
    ("missing_share_at_most", {"maximum": False}, MAXIMUM),
    ("correlation_at_most", {"columns": "a", "maximum": 0.9}, PAIR),
    ("correlation_at_most", {"columns": ["a"], "maximum": 0.9}, PAIR),
    ("correlation_at_most", {"columns": ["a", "b", "a"], "maximum": 0.9}, PAIR),
    (
        "correlation_at_most",
        {"columns": ["a", "b"], "maximum": 1},
        "maximum must be a number of at least 0 and below 1",
    ),
    (
        "correlation_at_most",
        {"columns": ["a", "b"], "maximum": 0.9, "group_by": 1},
        GROUPS,
    ),
    ("outlier_share_at_most", {"maximum": -0.1}, MAXIMUM),
    (
        "outlier_share_at_most",
        {"maximum": 0.1, "distance": 0},
        "distance must be a number greater than 0",
    ),
    ("unique_combination_of_columns", {"combination_of_columns": []}, COLUMNS),
    (
        "unique_combination_of_columns",
        {"combination_of_columns": "customer_id"},
        COLUMNS,
    ),
    ("unique_combination_of_columns", {"combination_of_columns": [1]}, COLUMNS),
    (
        "unique_combination_of_columns",
        {"combination_of_columns": ["a"], "nullable": "a"},
        "nullable must be a list of column names",
    ),
    ("expression_is_true", {"expression": ""}, CONDITION),
    ("expression_is_true", {"expression": True}, CONDITION),
]


COLUMN_TESTS = {
    "every_customer_scored_once",
    "is_standardized",
    "missing_share_at_most",
    "outlier_share_at_most",
    "share_sums_to_one",
    "silhouette_at_least",
    "smallest_segment_share",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the integration project."""
    folder = copy_of_project(tmp_path_factory.mktemp("integration"))
    with clean_environment(folder):
        yield folder


@pytest.fixture(scope="module")
def built(project):
    """The manifest, the results by unique id, and the rows that tests stored."""
    for arguments in (
        ["deps"],
        ["--warn-error", "build", "--select", "path:models/generic_tests"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "dbt.cli.main", *arguments],
            cwd=project,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    target = project / "target"
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    results = json.loads((target / "run_results.json").read_text())["results"]
    relations = {node["name"]: node["relation_name"] for node in nodes.values()}

    stored = {}
    with duckdb.connect(str(target / "integration_tests.duckdb")) as connection:
        for name in STORED:
            rows = connection.sql(f"select * from {relations[name]} order by all")
            stored[name] = [
                dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()
            ]
    return SimpleNamespace(
        nodes=nodes,
        statuses={result["unique_id"]: result["status"] for result in results},
        stored=stored,
    )


@pytest.fixture(scope="module")
def mistake(built, project):
    """A function that calls a generic test and returns its error message."""
    from dbt.cli.main import dbtRunner

    manifest = dbtRunner().invoke(["parse", "--quiet"]).result

    def call(name, arguments):
        said = []
        arguments = {"model": "customers", **arguments}
        runner = dbtRunner(manifest=manifest, callbacks=[said.append])
        outcome = runner.invoke(
            ["run-operation", name, "--args", json.dumps(arguments), "--quiet"]
        )
        return outcome.success, "\n".join(event.info.msg for event in said)

    return call


def test_everything_succeeds(built):
    assert set(built.statuses.values()) == {"success", "pass"}


@pytest.mark.parametrize("generic_test", GENERIC_TESTS)
def test_every_generic_test_passes_and_fails_on_examples(built, generic_test):
    examples = {
        node["name"]: node["config"]
        for unique_id, node in built.nodes.items()
        if node["original_file_path"].startswith("models/generic_tests/")
        and node.get("test_metadata", {}).get("name") == generic_test
        and built.statuses.get(unique_id) == "pass"
    }
    # A failing example has status "pass" if it returns the expected number of rows.
    passing = {name for name, test in examples.items() if test["error_if"] == "!= 0"}
    failing = {
        name
        for name, test in examples.items()
        if re.fullmatch("!= [1-9][0-9]*", test["error_if"])
        and test["warn_if"] == test["error_if"]
    }

    assert passing
    assert failing
    assert passing | failing == set(examples)
    assert all(name.startswith(f"{generic_test}__passes_") for name in passing)
    assert all(name.startswith(f"{generic_test}__fails_") for name in failing)
    assert failing & set(STORED)


@pytest.mark.parametrize("name", STORED)
def test_what_is_wrong_is_stored_with_its_figures(built, name):
    assert built.stored[name] == STORED[name]


@pytest.mark.parametrize(("generic_test", "arguments", "message"), MISTAKES)
def test_a_wrong_argument_is_named(mistake, generic_test, arguments, message):
    if generic_test in COLUMN_TESTS:
        arguments = {"column_name": "z", **arguments}
    success, said = mistake(f"customer_segmentation.test_{generic_test}", arguments)

    assert not success
    assert f"{generic_test}: {message}" in said
    assert "Given: " in said
