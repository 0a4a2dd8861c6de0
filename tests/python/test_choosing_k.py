"""The benchmark of the criteria finds clear groups and counts choices correctly. The
page shows the results of the script.
"""

import re

import choosing_k as benchmark
import criteria
import curves
import pytest
import yaml
from criteria import CRITERIA
from project import ROOT
from scipy.stats import binomtest

# Development seeds of tables with spherical groups that lie far from each other.
CLEAR = [16, 40, 64]


@pytest.mark.usefixtures("one_thread")
def test_clear_groups_are_found():
    outcomes = benchmark.run(curves.load_model(), CLEAR, references=2, halvings=1)

    assert [outcome.groups for outcome in outcomes] == [4, 7, 3]
    for name in ("rule in use", "simplified silhouette", "prediction strength"):
        assert benchmark.errors_of(outcomes, name).tolist() == [0, 0, 0]


@pytest.mark.parametrize(("right", "total"), [(81, 263), (0, 20), (24, 24)])
def test_interval_is_that_of_wilson(right, total):
    expected = binomtest(right, total).proportion_ci(method="wilson")

    assert benchmark.wilson(right, total) == pytest.approx(tuple(expected), abs=1e-6)


def test_tables_count_what_was_chosen():
    def outcome(separation, rule, gap):
        choices = dict.fromkeys(CRITERIA, 4) | {
            "rule in use": rule,
            "gap statistic": gap,
        }
        return benchmark.Outcome("survey", separation, 4, choices)

    outcomes = [
        *[outcome("far (7)", 4, 6)] * 4,
        *[outcome("near (3.5)", 5, 4)] * 1,
        *[outcome("near (3.5)", 3, 3)] * 5,
    ]

    overall = benchmark.overall_table(outcomes).splitlines()
    assert overall[2] == "| **rule in use** | 40 % (17 to 69) | 100 % | -0.40 |  |"
    # The p-value: five fair coins fall 1 : 4 or more unevenly in 12 of 32 cases.
    assert overall[9] == (
        "| gap statistic | 10 % (2 to 40) | 60 % | +0.30 | 1 : 4 (p 0.375) |"
    )
    families = benchmark.family_table(outcomes).splitlines()
    assert [line.split(" | ")[:3] for line in families[2:]] == [
        ["| survey", "10", "40 %"],
        ["| near (3.5)", "6", "0 %"],
        ["| far (7)", "4", "100 %"],
    ]


def test_results_replace_what_stood_between_the_markers(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"above\n{benchmark.BEGIN}\nold\n{benchmark.END}\nbelow\n")

    benchmark.write("first", page)
    benchmark.write("second", page)

    assert page.read_text() == (
        f"above\n{benchmark.BEGIN}\n\nsecond\n\n{benchmark.END}\nbelow\n"
    )


def test_constants_are_the_defaults_of_the_project():
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    settings = project["vars"]["customer_segmentation"]

    fewest, most = settings["segmentation_clusters"]
    assert range(fewest, most + 1) == curves.CLUSTERS
    assert settings["segmentation_restarts"] == curves.RESTARTS
    assert settings["segmentation_minimum_share"] == criteria.MINIMUM_SHARE


def test_page_shows_the_run_that_the_script_describes():
    page = benchmark.PAGE.read_text(encoding="utf-8")
    results = page.split(benchmark.BEGIN)[1].split(benchmark.END)[0]
    rows = [
        [cell.strip("* ") for cell in line.strip("|").split("|")]
        for line in results.splitlines()
        if line.startswith("| ")
    ]
    sizes = {row[0]: int(row[1]) for row in rows if len(row) > 5 and row[1].isdigit()}

    last = benchmark.FIRST_SEED + benchmark.DATA_SETS - 1
    assert (
        f"{benchmark.DATA_SETS} data sets, seeds {benchmark.FIRST_SEED} to {last}:"
        in results
    )
    assert [row[0] for row in rows if len(row) == 5 and row[0] != "---"] == [
        "criterion",
        *CRITERIA,
    ]
    assert list(sizes) == [*benchmark.SHAPES, *benchmark.SEPARATIONS]
    for families in (benchmark.SHAPES, benchmark.SEPARATIONS):
        assert sum(sizes[name] for name in families) == benchmark.DATA_SETS


def test_every_share_that_the_page_speaks_of_stands_in_its_tables():
    page = benchmark.PAGE.read_text(encoding="utf-8")
    results, conclusions = page.split(benchmark.BEGIN)[1].split(benchmark.END)
    spoken = re.findall(r"-?\d+\.?\d* %", conclusions.split("## What it does not")[0])

    assert len(spoken) > 10
    assert [share for share in spoken if f"{share} " not in results] == []
