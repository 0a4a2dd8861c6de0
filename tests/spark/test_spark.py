"""On Spark, the project has the same segments and reads texts and dirty values in the
same way.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.sparksession.connections import as_literal, start_session
from dbt.adapters.sparksession.relations import Session
from pyspark.sql import SparkSession

ROOT = Path(__file__).parents[2]
DBT = Path(sys.executable).with_name("dbt")

# Spark's logarithm differs from DuckDB's in the last bit, so hashes of points differ,
# too.
ENGINE_SPECIFIC = {"fit_id", "data_fingerprint"}
TABLES = [
    "customer_features",
    "customer_segments",
    "rejected_customers",
    "segment_composition",
    "segment_profiles",
    "segmentation_fit_centroids",
    "segmentation_quality",
    "segments",
]

# Texts that the casts of the two engines read differently, and ordinary texts.
TEXTS = [
    "12",
    "12d",
    "1.5F",
    "1_000",
    "1e3",
    " 7 ",
    "-0.5",
    "inf",
    "nan",
    "",
    "0x1F",
    "-",
]


def run_dbt(folder: Path, target: str, *arguments: str, **environment: str) -> str:
    """Run dbt in a separate process, because a process has one Spark session. Return
    its output.
    """
    settings = {
        "SEGMENTATION_DATABASE": str(folder / "segments.duckdb"),
        "SEGMENTATION_TEMP_DIRECTORY": str(folder / "spill"),
        "SEGMENTATION_SPARK_FOLDER": str(folder / "spark"),
    }
    done = subprocess.run(
        [
            str(DBT),
            *arguments,
            *("--target", target, "--target-path", str(folder / target)),
            *("--log-path", str(folder / "logs")),
            *("--vars", '{"segmentation_publish_to": ""}'),
        ],
        cwd=ROOT,
        env=os.environ | settings | environment,
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


def build_core(folder: Path, target: str) -> str:
    """Build the sample and the models from its customers to their segments."""
    printed = run_dbt(
        folder,
        target,
        *("build", "--select", "+tag:core", "--exclude", "test_type:unit"),
        *("--indirect-selection", "cautious"),
    )
    assert " ERROR=0 " in printed, printed[-3000:]
    return printed


def show(folder: Path, target: str, query: str) -> list[dict]:
    """Return the rows of a query that dbt runs."""
    printed = run_dbt(
        folder,
        target,
        *("show", "--inline", query, "--limit", "-1", "--output", "json", "--quiet"),
    )
    return json.loads(printed[printed.index("{") : printed.rindex("}") + 1])["show"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the core of the sample, built by both engines."""
    folder = tmp_path_factory.mktemp("engines")
    build_core(folder, "duckdb")
    build_core(folder, "spark")
    return folder


def open_catalog(folder: Path) -> SparkSession:
    """Start a session on the tables that Spark built. A catalog allows one user, and
    dbt has ended.
    """
    place = str(folder / "spark")
    return start_session(
        {
            "spark.master": "local[2]",
            "spark.sql.warehouse.dir": f"{place}/tables",
            "spark.hadoop.javax.jdo.option.ConnectionURL": (
                f"jdbc:derby:;databaseName={place}/catalog"
            ),
            "spark.sql.timestampType": "TIMESTAMP_NTZ",
            "spark.sql.session.timeZone": "UTC",
            "spark.ui.enabled": "false",
        }
    )


@pytest.fixture(scope="module")
def spark(folder):
    session = open_catalog(folder)
    yield session
    session.stop()


def rows_by_text(rows: list[tuple], columns: list[str]) -> list[dict]:
    """Return the rows in an order that does not depend on the numbers in them."""
    listed = [dict(zip(columns, row, strict=True)) for row in rows]
    return sorted(
        listed,
        key=lambda row: [
            str(value) for value in row.values() if not isinstance(value, float)
        ],
    )


def test_a_second_build_keeps_fits_and_names(folder):
    # This test comes before those that open the catalog. A catalog allows one user, and
    # a process keeps the catalog until it ends.
    query = (
        "select distinct fit_id, segment_id, segment_name"
        " from {{ ref('segmentation_registry') }} order by fit_id, segment_id"
    )
    before = show(folder, "spark", query)
    printed = build_core(folder, "spark")

    assert len(before) > 0
    assert "refining" not in printed
    assert show(folder, "spark", query) == before


@pytest.mark.parametrize("table", TABLES)
def test_both_engines_build_the_same_table(folder, spark, table):
    with duckdb.connect(str(folder / "segments.duckdb"), read_only=True) as connection:
        described = connection.sql(f"describe {table}").fetchall()
        columns = [
            name
            for name, kind, *_ in described
            if name not in ENGINE_SPECIFIC and kind != "TIMESTAMP"
        ]
        listed = ", ".join(columns)
        expected = connection.sql(f"select {listed} from {table}").fetchall()
    found = [
        tuple(row)
        for row in spark.sql(
            f"select {listed} from customer_segmentation.{table}"
        ).collect()
    ]

    assert len(found) == len(expected)
    pairs = zip(
        rows_by_text(found, columns), rows_by_text(expected, columns), strict=True
    )
    for mine, other in pairs:
        assert mine == {
            name: pytest.approx(value, rel=1e-9, abs=1e-12, nan_ok=True)
            if isinstance(value, float)
            else value
            for name, value in other.items()
        }


@pytest.mark.parametrize("macro", ["number_of_text", "whole_number"])
def test_both_engines_read_a_text_alike(tmp_path, macro):
    texts = ", ".join(f"('{text}')" for text in TEXTS)
    value = "{{ number_of_text('given') }}"
    if macro == "whole_number":
        texts, value = (
            "(0.5), (1.5), (2.5), (-0.5), (-1.7)",
            "{{ whole_number('given') }}",
        )
    query = f"select given, {value} as found from (values {texts}) as texts(given)"
    shown = {target: show(tmp_path, target, query) for target in ("duckdb", "spark")}

    assert shown["spark"] == shown["duckdb"]
    assert len(shown["spark"]) > 0


def test_a_seed_keeps_missing_values_quotes_and_backslashes():
    assert as_literal(None) == "NULL"
    assert as_literal("It's a \\ b") == r"'It\'s a \\ b'"


def test_without_java_a_sentence_says_what_to_install(tmp_path):
    printed = run_dbt(tmp_path, "spark", "parse", PATH=str(DBT.parent))

    assert "Spark needs Java, and there is no command `java`." in printed


def test_relations_answer_as_those_of_duckdb():
    values = "(1, 'a', 2.5e0), (2, 'b', 1e0), (3, 'a', 4e0)"
    rows = f"select * from (values {values}) as given(i, g, x)"
    answers = []
    for session in (
        duckdb.connect(),
        Session(start_session({"spark.ui.enabled": "false"})),
    ):
        relation = session.sql(rows)
        groups = relation.filter("i < 3 or g = 'a'").aggregate("g, sum(x)", "g")
        arrays = relation.project("x, i").order("x").fetchnumpy()
        answers.append(
            (
                relation.columns,
                groups.order("g").fetchall(),
                {name: values.tolist() for name, values in arrays.items()},
                relation.max("i").fetchone(),
                len(relation.union(relation).fetchall()),
                relation.limit(1).select("g").columns,
            )
        )

    assert answers[0] == answers[1]
