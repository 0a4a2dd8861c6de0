"""`dbt build` on the sample, from an empty database to the marts."""

import subprocess
import sys

import pytest
from project import ROOT, Project

PUBLIC_TABLES = [
    "customer_pulls",
    "customer_segments",
    "feature_correlations",
    "feature_histograms",
    "feature_profiles",
    "kmeans_assumptions",
    "rejected_customers",
    "segment_composition",
    "segment_overlap",
    "segment_profiles",
    "segment_rules",
    "segmentation_agreement",
    "segmentation_comparison",
    "segmentation_effects",
    "segmentation_fit_centroids",
    "segmentation_fit_features",
    "segmentation_fits",
    "segmentation_quality",
    "segments",
]


def contents(project: Project) -> dict:
    """Return the contents of all public tables, except times."""
    ignored = {
        "customer_segments": "exclude (scored_at)",
        "segmentation_fits": "exclude (fitted_at)",
    }
    return {
        table: project.query(
            f"select * {ignored.get(table, '')} from {table} order by all"
        )
        for table in PUBLIC_TABLES
    }


def test_the_build_passes_without_a_warning(sample):
    assert sample.result.success
    assert sample.result.messages == []
    assert set(sample.result.nodes.values()) == {"success", "pass"}


def test_the_unit_tests_pass(sample):
    result = sample.dbt("test", "--select", "test_type:unit", **sample.variables)

    assert result.success, result.error
    assert set(result.nodes.values()) == {"pass"}


@pytest.mark.slow
def test_building_again_changes_nothing_and_imports_no_scikit_learn(sample, tmp_path):
    built = sample.copy(tmp_path)
    before = contents(built)
    script = f"""
import sys
sys.path.insert(0, {str(ROOT / "tests" / "python")!r})
from pathlib import Path
from project import Project
result = Project(Path({str(built.folder)!r})).dbt(
    "build", "--exclude-resource-type", "test", "unit_test"
)
assert result.success, result.error
print([name for name in ("sklearn", "scipy", "pandas") if name in sys.modules])
"""
    finished = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.splitlines()[-1] == "[]"
    assert contents(built) == before


@pytest.mark.slow
def test_an_empty_build_keeps_registry_and_names(sample, tmp_path):
    built = sample.copy(tmp_path)
    before = built.query("from kmeans_fits order by all")
    names = built.query("from segment_names order by all")

    result = built.dbt("build", "--empty")

    assert result.success, result.error
    assert built.query("from kmeans_fits order by all") == before
    assert built.query("from segment_names order by all") == names
    assert built.dbt("build").success


@pytest.mark.slow
def test_an_empty_build_of_an_empty_database_passes(tmp_path):
    project = Project(tmp_path)

    assert project.dbt("build", "--empty").success
    assert project.dbt("build").success
    assert project.query("select count(*) from segments")[0][0] > 0


def test_a_build_ends_with_the_segments_that_it_found(sample):
    result = sample.dbt("run", "--select", "segments", **sample.variables)
    printed = [line.split() for line in result.log if line.endswith(" %")]

    expected = sample.query(
        """
        select segmentation, segment_name, customers, round(100 * share, 1)
        from segments
        where mean_distance is not null
        order by segmentation, customers desc
        """
    )
    assert len(printed) == len(expected) == 19
    for (segmentation, *name, customers, percent, _), segment in zip(
        printed, expected, strict=True
    ):
        found = (segmentation, " ".join(name), int(customers.replace(",", "")))
        assert found == segment[:3]
        assert float(percent) == segment[3]
