"""The requirements name all Python packages that models import, and a missing package
stops the build with a sentence.
"""

import ast
import importlib.metadata
import sys
from types import SimpleNamespace

import duckdb
import pytest
from loading import load_model
from project import ROOT, Project

NAMES = {"sklearn": "scikit-learn"}
# Packages that come with the adapter.
ADAPTER = {"duckdb"}


@pytest.fixture
def packages():
    return load_model("models/configure/int_python_packages.py")


def imported(code: str) -> set[str]:
    """Return the packages that Python code imports, without the standard library."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module.split(".")[0])
    return {NAMES.get(name, name) for name in found - sys.stdlib_module_names}


def rows(packages) -> dict:
    dbt = SimpleNamespace(config=lambda **options: None)
    return dict(packages.model(dbt, duckdb.connect()).fetchall())


def test_all_that_models_import_is_named(packages):
    found = set()
    for path in (ROOT / "models").rglob("*.py"):
        found |= imported(path.read_text())

    assert found - ADAPTER == set(packages.NEEDED)


def test_the_readme_names_them():
    assert (
        "pip install dbt-duckdb numpy scipy scikit-learn"
        in (ROOT / "README.md").read_text()
    )


def test_versions_are_found(packages):
    found = rows(packages)

    assert found.keys() == set(packages.NEEDED)
    assert None not in found.values()


def test_a_missing_package_has_no_version(packages, monkeypatch):
    monkeypatch.setattr(packages, "NEEDED", ("numpy", "no-such-package"))

    found = rows(packages)

    assert found["numpy"]
    assert found["no-such-package"] is None


@pytest.mark.slow
def test_a_missing_package_stops_the_build(tmp_path, monkeypatch):
    version = importlib.metadata.version

    def without_scipy(package):
        if package == "scipy":
            raise importlib.metadata.PackageNotFoundError(package)
        return version(package)

    monkeypatch.setattr(importlib.metadata, "version", without_scipy)
    result = Project(tmp_path).dbt("build", "--select", "+base_customers")

    assert "The Python package scipy is missing where dbt runs." in result.error
    assert "pip install numpy scipy scikit-learn" in result.error
    assert result.nodes["base_customers"] == "skipped"
