"""The commands of the page on a year in the life of segments work as written."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
import yaml
from project import ROOT
from test_five_minutes import NEEDED

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8")
# The segmentations that the page shows, and the numbers of clusters that they choose.
# Other segmentations and numbers would take time and not change these segments. But the
# ids of fits depend on these settings, so the test has other ids than the page.
SEGMENTATIONS = ["lifestyle", "rfm", "country"]
CLUSTERS = [3, 5]
# The parts of the project that the page needs. A default selector limits builds without
# a selection to these parts.
PARTS = [("tag", "core"), ("path", "seeds")]
PARTS += [("path", f"models/{part}") for part in ("sample", "watch", "activate")]
SELECTOR = {
    "name": "page",
    "default": True,
    "definition": {
        "union": [
            {"method": method, "value": value, "indirect_selection": "buildable"}
            for method, value in PARTS
        ]
    },
}
# A script that the test writes as `.venv/bin/dbt`. It chooses a target folder by
# `--vars` and starts the real dbt. Commands with the same variables share a folder, so
# that dbt does not parse the project again.
DBT = f"""
import hashlib, os, sys

options = dict(zip(sys.argv, sys.argv[1:]))
variables = hashlib.md5(options.get("--vars", "").encode()).hexdigest()
os.environ["DBT_TARGET_PATH"] = f"target/{{variables}}"
os.execv("{sys.prefix}/bin/dbt", ["dbt", *sys.argv[1:]])
"""


def blocks(language: str) -> list[str]:
    """Return the code blocks of one language on the page."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def cells(line: str) -> tuple[str, ...]:
    """Return the cells of a line of a table on the page or in dbt's output."""
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))


def tables() -> list[list[tuple]]:
    """Return the tables of the page, without separator lines."""
    found = re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE)
    return [
        [cells(line) for line in table.splitlines() if "---" not in line]
        for table in found
    ]


def shown(output: str) -> list[list[tuple]]:
    """Return the tables in dbt's output."""
    return [
        [
            cells(line)
            for line in part.splitlines()
            if line.startswith("|") and "---" not in line
        ]
        for part in output.split("Previewing inline node:\n")[1:]
    ]


def fit_ids(found: list[list[tuple]]) -> dict[str, str]:
    """Return the ids of fits on the page by the corresponding ids in dbt's output."""
    seen, written = (
        [row[0] for table in source for row in table if table[0][0] == "fit_id"]
        for source in (found, tables())
    )
    return dict(zip(seen, written, strict=bool(seen)))


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """The output of each step of the page, and the database after it."""
    folder = tmp_path_factory.mktemp("lifecycle")
    for name in NEEDED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "dbt").write_text(f"#!{sys.executable}{DBT}")
    (programs / "dbt").chmod(0o755)
    (programs / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (programs / "python").chmod(0o755)
    configuration = yaml.safe_load((folder / "dbt_project.yml").read_text())
    variables = configuration["vars"]["customer_segmentation"]
    variables["segmentations"] = {
        name: variables["segmentations"][name] for name in SEGMENTATIONS
    }
    variables["segmentation_clusters"] = CLUSTERS
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(configuration))
    (folder / "selectors.yml").write_text(yaml.safe_dump({"selectors": [SELECTOR]}))
    (names,), (later,) = blocks("csv"), blocks("yaml")
    (folder / "names.csv").write_text(names)
    steps = []
    for block in blocks("bash"):
        # Data tests run only if the page shows a warning or builds everything.
        needs_tests = "drift" in block or "later.yml" in block
        left_out = "unit_test" if needs_tests else "test unit_test"
        finished = subprocess.run(
            ["bash", "-euc", block],
            cwd=folder,
            env=os.environ | {"DBT_EXCLUDE_RESOURCE_TYPES": left_out},
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, block + finished.stdout + finished.stderr
        for seen, written in fit_ids(shown(finished.stdout)).items():
            later = later.replace(written, seen)
            (folder / "later.yml").write_text(later)
        steps.append(
            SimpleNamespace(
                commands=block,
                output=finished.stdout,
                files={path.name: path.read_bytes() for path in folder.rglob("*.csv")},
                databases={
                    path.stem: contents(path) for path in folder.glob("*.duckdb")
                },
            )
        )
    return steps


def contents(database: Path) -> SimpleNamespace:
    """Return the contents of a database after a step."""
    with duckdb.connect(str(database), read_only=True) as connection:
        queries = {
            "fits": "from kmeans_fits order by all",
            "names": "from segmentation_registry order by all",
            "segments": """
                select segment_id, segment_name, customers from segments order by all
            """,
        }
        return SimpleNamespace(
            **{name: connection.sql(sql).fetchall() for name, sql in queries.items()}
        )


def test_the_tables_of_the_page_are_those_shown(followed):
    found = [table for step in followed for table in shown(step.output)]
    ids = fit_ids(found)

    assert [
        [tuple(ids.get(cell, cell) for cell in row) for row in table] for table in found
    ] == tables()
    assert len(ids) == 3  # the header and the ids of two fits


def test_only_the_first_build_and_the_one_told_to_fit_do(followed):
    fitting = ["k = " in step.output for step in followed]
    told = ["always" in step.commands for step in followed]

    assert fitting == [True, *told[1:]]
    assert sum(told) == 1


def test_the_warning_is_that_of_the_page(followed):
    warned = [
        re.search(r"WARN \d+ drift_is_below_the_warning_thresholds", step.output)
        for step in followed
    ]
    settings = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]
    thresholds = settings["customer_segmentation"]["segmentation_drift_thresholds"]

    assert [index for index, found in enumerate(warned) if found] == [1]
    assert thresholds["population_stability_index"] == [0.1, 0.25]
    assert "From 0.25 on" in PAGE


def test_the_campaign_has_the_hold_out_of_the_page(followed):
    step = next(step for step in followed if "audiences.csv" in step.files)
    lines = step.files["audiences.csv"].decode().splitlines()
    held_out = sum(line.endswith(",true") for line in lines)

    assert f"Leave those {held_out} customers out" in " ".join(PAGE.split())
    assert step.output.splitlines()[-3:] == lines[:3]


def test_another_database_starts_from_the_registry(followed):
    (there,) = (
        step.databases["elsewhere"]
        for step in followed
        if "elsewhere" in step.databases
    )
    refitted = next(step for step in followed if "always" in step.commands)
    here = refitted.databases["customer_segmentation"]

    assert (there.fits, there.names, there.segments) == (
        here.fits,
        here.names,
        here.segments,
    )


def test_the_last_step_leaves_the_sample_as_it_was(followed):
    files = followed[-1].files

    for name in ("customers.csv", "orders.csv"):
        assert files[name] == (ROOT / "seeds" / name).read_bytes()
        assert followed[1].files[name] != files[name]
    assert followed[-1].databases == {}
    assert "names.csv" not in files
