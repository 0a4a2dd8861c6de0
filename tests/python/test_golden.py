"""Every public table of three builds has the fingerprint in tests/fixtures/golden.json,
which somebody has checked and committed.

After a change of a model that should change no figure, this test must pass. After a
change that should change figures, renew the file:

    .venv/bin/python -m pytest tests/python/test_golden.py --renew-golden

`git diff tests/fixtures/golden.json` then shows each column that has changed.
"""

import json
import shutil
import subprocess
import sys

import duckdb
import pytest
from project import ROOT, Project
from shop import SCHEMA, installed
from test_five_minutes import NEEDED

GOLDEN = ROOT / "tests" / "fixtures" / "golden.json"
# This table contains the time of the build and checksums of other tables.
LEFT_OUT = {"published_tables"}
# The test that checks that figures in two tables agree.
AGREE = ("assert_silhouettes_agree",)
TABLES = ("build", "--exclude-resource-type", "test", "unit_test")


def as_text(column: str, kind: str) -> str:
    """Return SQL for a value as text. Numbers have nine digits, which do not depend on
    the order of sums.
    """
    if kind == "DOUBLE":
        return (
            f"case when abs({column}) < 1e-9 then '0' "
            f"else format('{{:.8e}}', {column}) end"
        )
    if kind == "DOUBLE[]":
        return f"[{as_text('x', 'DOUBLE')} for x in {column}]::varchar"
    return f"{column}::varchar"


def fingerprint(database, schema: str, table: str) -> dict:
    """Return the number of rows of a table, a checksum of each column except times, and
    one of whole rows. None of them depends on the order of the rows.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        relation = connection.sql(f"from {schema}.{table}")
        texts = {
            name: as_text(f'"{name}"', str(kind))
            for name, kind in zip(relation.columns, relation.types, strict=True)
            if not str(kind).startswith(("TIMESTAMP", "DATE"))
        }
        parts = {**texts, "whole row": f"[{', '.join(texts.values())}]::varchar"}
        sums = ", ".join(
            f"printf('%x', (coalesce(sum(md5_number_lower({text})), 0)"
            " % 4294967296)::bigint)"
            for text in parts.values()
        )
        count, *checksums = relation.aggregate(f"count(*), {sums}").fetchone()
    return {"rows": count} | dict(zip(parts, checksums, strict=True))


def fingerprints(project: Project, schema: str = "main") -> dict:
    """Return the fingerprint of each public table of a built project."""
    manifest = json.loads((project.folder / "target" / "manifest.json").read_text())
    return {
        node["name"]: fingerprint(project.database, schema, node["name"])
        for node in sorted(manifest["nodes"].values(), key=lambda node: node["name"])
        if node["package_name"] == "customer_segmentation"
        and node.get("access") == "public"
        and node["name"] not in LEFT_OUT
    }


def copy_of_the_sample(folder, sample: Project) -> Project:
    """Return a copy of the project and the built sample, with seeds of a year later."""
    for name in NEEDED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    project = Project(folder, folder)
    with duckdb.connect(str(sample.database)):
        pass  # a checkpoint: the file then has all rows, without a write-ahead log
    shutil.copy(sample.database, project.database)
    subprocess.run(
        [sys.executable, "seeds/generator/generate.py", "--later"],
        cwd=folder,
        check=True,
    )
    return project


@pytest.fixture(scope="module")
def found_in_sample(sample):
    return {"sample": fingerprints(sample)}


@pytest.fixture(scope="module")
def found_later(sample, tmp_path_factory):
    found = {}
    later = copy_of_the_sample(tmp_path_factory.mktemp("later"), sample)
    for name, refit in (("a year later", "when_needed"), ("refitted", "always")):
        result = later.dbt(*TABLES, orders_as_of="2026-12-31", segmentation_refit=refit)
        assert result.success, result.error
        found[name] = fingerprints(later)
        agreement = later.dbt("test", "--select", *AGREE, orders_as_of="2026-12-31")
        assert agreement.nodes == dict.fromkeys(AGREE, "pass"), agreement.error
    return found


@pytest.fixture(scope="module")
def found_in_package(tmp_path_factory):
    shop = installed(tmp_path_factory.mktemp("package"))
    result = shop.dbt(
        *TABLES, "--exclude", "path:models/generic_tests", "resource_type:test"
    )
    assert result.success, result.error
    return {"package": fingerprints(shop, SCHEMA)}


@pytest.fixture(scope="module")
def golden(request):
    """The committed fingerprints, or with --renew-golden the new ones."""
    if request.config.getoption("--renew-golden"):
        found = {}
        for fixture in ("found_in_sample", "found_later", "found_in_package"):
            found |= request.getfixturevalue(fixture)
        tables = [
            f'  "{build}": {{\n'
            + ",\n".join(
                f'    "{name}": {json.dumps(table)}' for name, table in tables.items()
            )
            + "\n  }"
            for build, tables in found.items()
        ]
        GOLDEN.write_text("{\n" + ",\n".join(tables) + "\n}\n")
    return json.loads(GOLDEN.read_text())


@pytest.mark.parametrize(
    ("build", "fixture"),
    [
        pytest.param("sample", "found_in_sample", id="sample"),
        *(
            pytest.param(build, fixture, id=build, marks=pytest.mark.slow)
            for build, fixture in [
                ("a year later", "found_later"),
                ("refitted", "found_later"),
                ("package", "found_in_package"),
            ]
        ),
    ],
)
def test_public_tables_are_as_they_were(request, build, fixture, golden):
    found = request.getfixturevalue(fixture)[build]
    different = {
        f"{table}.{column}"
        for table in golden[build] | found
        for column in golden[build].get(table, {}) | found.get(table, {})
        if golden[build].get(table, {}).get(column) != found.get(table, {}).get(column)
    }
    assert not different, sorted(different)


def test_a_fingerprint_sees_a_changed_value_but_no_order(tmp_path):
    seen = []
    for name, rows in (
        ("as_made", "(1, 0.1 + 0.2, [0.5], 'a'), (2, -0.0, [1.5], null)"),
        ("reversed", "(2, 1e-17, [1.5], null), (1, 0.3, [0.5], 'a')"),
        ("changed", "(1, 0.3, [0.5], null), (2, 0, [1.5], 'a')"),
    ):
        database = tmp_path / f"{name}.duckdb"
        with duckdb.connect(str(database)) as connection:
            connection.execute(
                "create table t as select a, b::double as b, c::double[] as c, d,"
                f" now()::timestamp as e from (values {rows}) as v(a, b, c, d)"
            )
        seen.append(fingerprint(database, "main", "t"))
    as_made, in_reverse, changed = seen
    assert as_made == in_reverse
    assert "e" not in as_made
    assert as_made["rows"] == 2
    assert {key for key in as_made if as_made[key] != changed[key]} == {"whole row"}
