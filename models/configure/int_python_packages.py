"""Lists the packages that the Python models import, with their installed versions.

Users who install this project with `dbt deps` may not know that it needs these
packages.
"""

import json
from importlib.metadata import PackageNotFoundError, version

from duckdb import DuckDBPyConnection, DuckDBPyRelation

NEEDED = ("numpy", "scipy", "scikit-learn", "threadpoolctl")


def installed_version(package: str) -> str | None:
    """Return the installed version of a package; None if it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def model(dbt, session: DuckDBPyConnection) -> DuckDBPyRelation:
    """Return one row for each package."""
    dbt.config(materialized="table")
    rows = json.dumps(
        [{"package": name, "version": installed_version(name)} for name in NEEDED]
    )
    schema = json.dumps([{"package": "VARCHAR", "version": "VARCHAR"}])
    return session.sql(
        f"select line.* from (select unnest(from_json('{rows}', '{schema}')) as line)"
    )
