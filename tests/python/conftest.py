"""Fixtures that tests share: the Python models, imported by path as dbt does; a fake
`dbt` on a real DuckDB; groups of points; and the tables of the sample.
"""

import csv
import json
import shutil

import duckdb
import numpy as np
import pandas as pd
import pytest
from dbt.cli.main import dbtRunner
from loading import assert_types, build_model, load_model, scattered
from project import ROOT, Project
from shop import Shop, installed

# Folders of tests that share a build: all their tests run on one worker.
BUILT_ONCE = {"audiences", "lifecycle"}
# Models that read the vars in which a mistake stops the parse.
CHECKING_VARS = [
    *("configure/int_features.sql", "configure/int_segmentations.sql"),
    *("configure/int_python_packages.py", "prepare/base_customers.sql"),
    "score/base_segment_names.sql",
]


@pytest.fixture(scope="session")
def kmeans_candidates():
    return load_model("models/learn/kmeans_candidates.py")


@pytest.fixture(scope="session")
def candidate_silhouettes():
    return load_model("models/learn/candidate_silhouettes.py")


@pytest.fixture(scope="session")
def candidate_stabilities():
    return load_model("models/learn/candidate_stabilities.py")


@pytest.fixture(scope="session")
def candidate_valleys():
    return load_model("models/learn/candidate_valleys.py")


@pytest.fixture(scope="session")
def kmeans_starts():
    return load_model("models/learn/kmeans_starts.py")


@pytest.fixture(scope="session")
def kmeans_refinements():
    return load_model("models/learn/kmeans_refinements.py")


@pytest.fixture(scope="session")
def kmeans_indices():
    return load_model("models/learn/kmeans_indices.py")


@pytest.fixture(scope="session")
def feature_distributions():
    return load_model("models/learn/feature_distributions.py")


@pytest.fixture(scope="session")
def kmeans_fits():
    return load_model("models/learn/kmeans_fits.py")


@pytest.fixture(scope="session")
def build():
    return build_model


@pytest.fixture(scope="session")
def has_declared_types():
    return assert_types


@pytest.fixture(scope="session")
def groups():
    return scattered


@pytest.fixture(scope="session")
def one_thread():
    """Run scikit-learn on one thread, which is faster on a busy machine."""
    import sklearn.cluster  # noqa: F401  loads the thread pools that are limited
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """The compiled SQL of models that Python models read, with names of a database in
    memory.
    """
    names = ("int_point_expressions", "int_refined_fits")
    project = Project(tmp_path_factory.mktemp("compiled"))
    result = project.dbt("compile", "--select", *names)
    assert result.success, result.error
    folder = project.folder / "target" / "compiled" / "customer_segmentation"
    return {
        name: (folder / "models" / "learn" / f"{name}.sql")
        .read_text()
        .replace('"customer_segmentation"."main".', '"memory"."main".')
        for name in names
    }


@pytest.fixture(scope="session")
def build_fits(
    kmeans_starts,
    kmeans_refinements,
    kmeans_indices,
    feature_distributions,
    kmeans_fits,
    compiled,
    build,
):
    """A function that builds the registry of a database, and the models before it."""
    before = (kmeans_starts, kmeans_refinements, kmeans_indices, feature_distributions)

    def build_all(session):
        for name in ("int_point_expressions", "int_refined_fits"):
            if name == "int_refined_fits":
                for model in before:
                    build(model, session)
            session.execute(f"create or replace view {name} as {compiled[name]}")
        return build(kmeans_fits, session)

    return build_all


@pytest.fixture(scope="session")
def expressions(compiled):
    """The row of int_point_expressions."""
    relation = duckdb.sql(compiled["int_point_expressions"])
    return dict(zip(relation.columns, relation.fetchone(), strict=True))


@pytest.fixture(scope="session")
def customers_of(kmeans_refinements, expressions):
    """A function that turns (n, d) points into customers in the engine."""

    def make(points, session=None, root=1.0, reach=None):
        session = session or duckdb.connect(":memory:", config={"threads": 1})
        session.register("frame", pd.DataFrame({"point": points.tolist()}))
        session.execute(
            "create or replace table points as "
            "select point::double[] as point from frame"
        )
        session.unregister("frame")
        dimensions = points.shape[1]
        return kmeans_refinements.Customers(
            session.table("points"),
            np.abs(points).max(axis=0) if reach is None else reach,
            np.full(dimensions, root) if np.isscalar(root) else root,
            expressions,
        )

    return make


@pytest.fixture
def session():
    """An empty DuckDB in memory."""
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        yield connection


@pytest.fixture(scope="session")
def truth():
    """The true groups and the dirt of each customer, from the generator."""
    with (ROOT / "tests/fixtures/customers_truth.csv").open(
        newline="", encoding="utf-8"
    ) as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """The sample, built, tested and published, for tests that only read."""
    project = Project(tmp_path_factory.mktemp("sample"))
    project.variables = {"segmentation_publish_to": str(project.published.parent)}
    project.result = project.dbt("build", anew=True, **project.variables)
    assert project.result.success, project.result.error
    return project


@pytest.fixture
def shop(tmp_path) -> Shop:
    """The integration project with its package installed, but not built."""
    return installed(tmp_path)


@pytest.fixture(scope="session")
def settings(tmp_path_factory) -> Project:
    """A project of the macros and the models that check the vars. Mistakes stop its
    parse as they stop that of the whole project, which takes five times as long.
    """
    folder = tmp_path_factory.mktemp("settings")
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "macros", folder / "macros")
    (folder / "models").mkdir()
    for model in CHECKING_VARS:
        shutil.copy(ROOT / "models" / model, folder / "models")
    return Project(folder, folder)


@pytest.fixture(scope="session")
def said(tmp_path_factory):
    """A function that checks vars and returns the error message."""
    folder = str(tmp_path_factory.mktemp("mistakes"))
    place = (
        *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT)),
        *("--target-path", folder, "--log-path", folder, "--quiet"),
    )
    manifest = dbtRunner().invoke(["parse", *place]).result

    def check(macro, **variables):
        events = []
        runner = dbtRunner(manifest=manifest, callbacks=[events.append])
        outcome = runner.invoke(
            ["run-operation", macro, "--vars", json.dumps(variables), *place]
        )
        return outcome.success, "\n".join(event.info.msg for event in events)

    return check


def pytest_addoption(parser):
    """Add the option of test_golden.py."""
    parser.addoption(
        "--renew-golden",
        action="store_true",
        help="write the fingerprints of the public tables anew",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep the tests of each file, and those of some folders, on one worker."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file = super()._split_scope(nodeid)
            folder = file.rpartition("/")[0]
            return folder if folder.rpartition("/")[2] in BUILT_ONCE else file

    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None
