"""The integration project in a copy, with this package installed."""

import json
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from dbt.cli.main import dbtRunner
from project import ROOT, Project

PACKAGE = "customer_segmentation"
SHOP = "customer_segmentation_integration_tests"
SCHEMA = "main_segmentation"


def copy_of_project(folder: Path) -> Path:
    """Copy the integration project, which then installs the package from ROOT."""
    copy = folder / "integration_tests"
    shutil.copytree(
        ROOT / "integration_tests",
        copy,
        ignore=shutil.ignore_patterns(
            "dbt_packages", "logs", "package-lock.yml", "target"
        ),
    )
    packages = copy / "packages.yml"
    text = packages.read_text()
    assert "local: ../" in text
    packages.write_text(text.replace("local: ../", f"local: {ROOT}"))
    return copy


@contextmanager
def clean_environment(folder: Path):
    """Work in a folder without environment variables for dbt and databases."""
    with pytest.MonkeyPatch.context() as environment:
        for name in list(os.environ):
            if name.startswith(("DBT_", "INTEGRATION_TESTS_", "SEGMENTATION_")):
                environment.delenv(name)
        environment.chdir(folder)
        yield environment


class Shop(Project):
    """A copy of the integration project with a database of its own."""

    def artifact(self, name: str) -> dict:
        """Return the manifest or the run_results of the last command."""
        return json.loads((self.folder / "target" / f"{name}.json").read_text())

    def statuses(self) -> dict:
        """Return the status of every node that the last command ran."""
        results = self.artifact("run_results")["results"]
        return {
            result["unique_id"]: result["status"]
            for result in results
            if result["status"] != "no-op"  # leaves out exposures
        }

    def configure(self, change) -> None:
        """Change dbt_project.yml with a function that gets its content."""
        file = self.project / "dbt_project.yml"
        content = yaml.safe_load(file.read_text())
        change(content)
        file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))

    def dbt(self, *arguments: str, **options):
        """Run a dbt command in the folder of the copy."""
        with clean_environment(self.folder) as environment:
            environment.setenv("INTEGRATION_TESTS_DATABASE", str(self.database))
            return super().dbt(*arguments, **options)


def installed(folder) -> Shop:
    copy = copy_of_project(folder)
    with clean_environment(copy):
        assert dbtRunner().invoke(["deps", "--quiet"]).success
    return Shop(folder, copy)


def rows(shop: Shop, table: str, columns: str = "*") -> list[tuple]:
    return shop.query(f"select {columns} from {SCHEMA}.{table} order by all")


def public_tables(shop: Shop) -> dict:
    """Return the public nodes of the package by name."""
    return {
        node["name"]: node
        for node in shop.artifact("manifest")["nodes"].values()
        if node["package_name"] == PACKAGE and node.get("access") == "public"
    }


def read_by_the_package(shop: Shop) -> set:
    """Return pairs: a node of the package, and a node of the user that it reads."""
    return {
        (node["name"], parent)
        for node in shop.artifact("manifest")["nodes"].values()
        if node["package_name"] == PACKAGE
        for parent in node["depends_on"]["nodes"]
        if parent.split(".")[1] == SHOP
    }
