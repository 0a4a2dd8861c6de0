"""Runs several commands on one database, and keeps its tables after each command."""

import json
import subprocess
import sys
from dataclasses import dataclass
from types import SimpleNamespace

import duckdb
import pandas as pd
from project import ROOT, Project

GROUPS = {"features": ["x", "y"], "clusters": 4}
SEGMENTATIONS = {
    "groups": GROUPS,
    "habits": {"features": ["visits"], "clusters": 2},
    "plan": {"by": "plan"},
}
FEATURES = {"groups": ["x", "y"], "habits": ["visits"]}
METRICS = [
    *("population_stability_index", "segment_shift"),
    *("distance_growth", "outlier_share"),
]
# Tables that a build without customers must not change.
MEMORY = [
    *("customer_segment_history", "segment_migrations", "segmentation_champions"),
    *("kmeans_fits", "segment_names", "segmentation_registry"),
]
PUBLIC = [*MEMORY, "customer_segments", "segments", "segmentation_fits", "drift"]
TABLES = [
    *PUBLIC,
    *("segmentation_fit_features", "segmentation_fit_centroids", "int_feature_shares"),
]
# Selects the models that learn, score and watch, but not those that explain and
# compare.
LIVING = [
    *("--select", "+drift", "+segments", "+segment_migrations"),
    *("+segmentation_champions", "+segmentation_registry"),
    *("--exclude", "test_type:unit"),
]
BUILD = ("build", "--indirect-selection", "cautious")
SCORED = [
    *("first", "again", "later", "refitted", "refitted again", "pinned", "unpinned"),
    *("three", "four again", "refreshed", "removed", "added again", "named", "shifted"),
]


@dataclass
class Stage:
    """The tables after a command, and its result."""

    customers: pd.DataFrame
    segmentations: dict
    result: object
    tables: dict

    def __getattr__(self, table):
        if table in TABLES:
            return self.tables[table]
        raise AttributeError(table)

    def champion(self, segmentation: str) -> str:
        """Return the fit that scores the segmentation."""
        fits = self.segmentation_fits
        is_mine = fits.is_champion & (fits.segmentation == segmentation)
        return fits.fit_id[is_mine].item()

    @property
    def time(self) -> pd.Timestamp:
        """Return the time of the build, from customer_segments."""
        return self.customer_segments.scored_at.unique().item()


class Story:
    """A database, and the stage after each command on it."""

    def __init__(self, folder, **variables):
        self.folder = folder
        self.database = folder / "customer_segmentation.duckdb"
        self.names = folder / "names.csv"
        self.variables = configuration(folder) | variables
        self.projects = {}
        self.stages = {}
        self.name()

    def name(self, *lines: str) -> None:
        """Rewrite the user's names of segments."""
        header = "segmentation,segment_id,name,strategy"
        self.names.write_text("\n".join([header, *lines]) + "\n")

    def dbt(self, *command: str, **variables):
        """Run a command. Commands with the same variables share a target folder, so
        that dbt need not parse the project again.
        """
        key = json.dumps(variables)
        project = self.projects.setdefault(
            key, Project(self.folder / f"variables_{len(self.projects)}")
        )
        project.database = self.database
        return project.dbt(*command, **variables)

    def tell(
        self, name: str, customers: pd.DataFrame, *command: str, dbt=None, **changes
    ) -> Stage:
        """Run a command on these customers, and keep the resulting stage."""
        duckdb.from_df(customers.reset_index()).write_parquet(
            str(self.folder / "customers.parquet")
        )
        variables = self.variables | changes
        result = (dbt or self.dbt)(*command, *LIVING, **variables)
        with duckdb.connect(str(self.database), read_only=True) as database:
            tables = {
                table: database.sql(f"from {table} order by all").df()
                for table in TABLES
            }
        stage = Stage(customers, variables["segmentations"], result, tables)
        self.stages[name] = stage
        return stage

    def __getitem__(self, name: str) -> Stage:
        return self.stages[name]

    def before(self, name: str) -> Stage:
        """Return the stage before another one."""
        names = list(self.stages)
        return self.stages[names[names.index(name) - 1]]


def configuration(folder) -> dict:
    """Return the variables of most builds, which allow for large drift."""
    return {
        "segmentation_customers": f"read_parquet('{folder}/customers.parquet')",
        "segmentation_customer_id_type": "integer",
        "segmentation_features": {
            "x": {},
            "y": {},
            "visits": {"missing": "unassigned", "transform": "log"},
        },
        "segmentation_measures": {},
        "segmentation_attributes": ["plan"],
        "segmentations": SEGMENTATIONS,
        "segmentation_restarts": 2,
        "segmentation_names": f"read_csv('{folder}/names.csv', all_varchar = true)",
        "segmentation_drift_thresholds": thresholds(0.001, 99),
    }


def thresholds(warning: float, failure: float) -> dict:
    """Return the same thresholds for all metrics of drift."""
    return {metric: [warning, failure] for metric in METRICS}


def in_a_process_of_its_own(folder):
    """Return a replacement of Story.dbt that runs each command in a separate process
    and lists which of scikit-learn and scipy it has loaded.
    """

    def dbt(*command: str, **variables):
        code = f"""
import pathlib, sys
from project import Project

project = Project(pathlib.Path({str(folder)!r}))
result = project.dbt(*{command!r}, **{variables!r})
print(result.error)
print("loaded:", *sorted({{"sklearn", "scipy"}} & set(sys.modules)))
print("success:", result.success)
"""
        lines = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT / "tests" / "python",
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout.splitlines()
        return SimpleNamespace(
            success=lines[-1] == "success: True",
            loaded=lines[-2].split()[1:],
            error="\n".join(lines),
        )

    return dbt
