"""Loads models in Python and runs them without dbt."""

import importlib.util
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]


def load_model(path):
    """Import a file of the project as a module.

    Args:
        path: path relative to the project, such as models/learn/kmeans_fits.py.
    """
    file = ROOT / path
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class This:
    """Stands for `dbt.this`: a name in the main schema of the database in memory."""

    database, schema = "memory", "main"

    def __init__(self, identifier):
        self.identifier = identifier

    def __repr__(self):
        return f'"{self.database}"."{self.schema}"."{self.identifier}"'


class FakeDbt:
    """The part of dbt-duckdb's `dbt` object that the Python models use."""

    def __init__(self, session, identifier):
        self.session, self.this = session, This(identifier)

    def config(self, **_):
        pass

    def ref(self, *names):
        return self.session.query(f'select * from "memory"."main"."{names[-1]}"')


def build_model(model, session):
    """Run a Python model as dbt-duckdb does, and write its relation to a table.

    Returns:
        The rows of the table as dictionaries, in the order of the relation.
    """
    name = model.__name__
    session.register("python_model_df", model.model(FakeDbt(session, name), session))
    session.execute(f"create table {name}__tmp as select * from python_model_df")
    session.unregister("python_model_df")
    session.execute(f"drop table if exists {name}")
    session.execute(f"alter table {name}__tmp rename to {name}")
    table = session.table(name)
    return [dict(zip(table.columns, row, strict=True)) for row in table.fetchall()]


def assert_types(model, session):
    """Check that the table of a model has the columns and types of its SCHEMA."""
    table = session.table(model.__name__)
    assert dict(zip(table.columns, map(str, table.types), strict=True)) == {
        name: f"{kind[0]}[]" if isinstance(kind, list) else kind
        for name, kind in model.SCHEMA.items()
    }


def scattered(centers, size, spread, seed):
    """Return `size` normal points around each of the (k, d) centers."""
    centers = np.asarray(centers, dtype=float)
    noise = np.random.default_rng(seed).normal(
        scale=spread, size=(size, *centers.shape)
    )
    return (centers + noise).reshape(-1, centers.shape[1])
