"""Builds tables of `explore` from customers whose values easily give wrong figures."""

import duckdb
import numpy as np
import pandas as pd
from project import Project

CUSTOMERS = 3000
OWN_CUSTOMERS = (
    "tag:explore +tag:explore,path:models/configure +tag:explore,path:models/prepare"
)
TABLES = ["feature_profiles", "feature_histograms", "feature_correlations"]
NASTY = {
    "segmentation_features": {
        "heavy": {"transform": "log"},
        "heaviest": {"min": -1e15},
        "gaps": {"missing": "unassigned"},
        "filled": {"missing": "median"},
        "few": {},
        "whole": {},
        "tenths": {},
        "zeros": {},
        "huge": {},
        "tiny": {},
        "value": {},
        "pet": {"categories": ["cat", "dog"]},
    },
    "segmentation_measures": {
        **{"same": {}, "nothing": {}, "scarce": {}, "scarcer": {}},
        **{"mostly_same": {}, "far_off": {}},
    },
    "segmentation_attributes": [],
    "segmentations": {
        "some": {"features": ["heavy", "gaps", "filled", "pet"], "clusters": 2},
        "southern": {"features": ["few"], "clusters": 2, "where": "few > 2"},
    },
}


def explored(
    folder, select: str = "+tag:explore", without: str = "unit_test test", **variables
) -> Project:
    """Build the tables of `explore` and the models that they need."""
    project = Project(folder)
    result = project.dbt(
        *("build", "--select", select, "--exclude-resource-type"),
        *without.split(),
        *("--indirect-selection", "cautious"),
        **variables,
    )
    assert result.success, result.error
    return project


def frame(project: Project, sql: str) -> pd.DataFrame:
    with duckdb.connect(str(project.database)) as connection:
        return connection.sql(sql).df()


def nasty_customers() -> pd.DataFrame:
    """Return customers whose values easily give wrong figures."""
    generator = np.random.default_rng(5)
    heavy = generator.lognormal(2, 3, CUSTOMERS)
    few = generator.integers(1, 6, CUSTOMERS).astype(float)

    def with_gaps(values, share):
        return np.where(generator.random(CUSTOMERS) < share, np.nan, values)

    return pd.DataFrame(
        {
            "customer_id": generator.permutation(CUSTOMERS),
            "heavy": heavy,
            "heaviest": generator.standard_cauchy(CUSTOMERS) ** 3,
            "gaps": with_gaps(np.round(heavy**0.2, 1), 0.2),
            "filled": with_gaps(few + generator.poisson(2, CUSTOMERS), 0.3),
            "few": few,
            "whole": generator.integers(-700, 100_000, CUSTOMERS).astype(float),
            "tenths": generator.integers(-20, 30, CUSTOMERS) / 10,
            "zeros": np.where(generator.random(CUSTOMERS) < 0.9, 0, heavy),
            "huge": 1e12 + generator.normal(0, 1e3, CUSTOMERS),
            "tiny": generator.normal(0, 1e-9, CUSTOMERS),
            "value": generator.normal(3, 1, CUSTOMERS),
            "pet": generator.choice(["cat", "dog"], CUSTOMERS, p=[0.9, 0.1]),
            "same": 0.1,
            "nothing": np.nan,
            "scarce": np.where(np.arange(CUSTOMERS) < 3, heavy, np.nan),
            "scarcer": np.where(np.arange(CUSTOMERS) > CUSTOMERS - 3, heavy, np.nan),
            "mostly_same": np.where(np.arange(CUSTOMERS) < 8, heavy, 0.3),
            "far_off": np.where(np.arange(CUSTOMERS) < 5, 1e15, heavy),
        }
    )


def explored_nasty(folder, customers: pd.DataFrame, **options) -> Project:
    """Build the tables of these customers with the configuration NASTY."""
    duckdb.from_df(customers).write_parquet(f"{folder}/customers.parquet")
    return explored(
        folder,
        OWN_CUSTOMERS,
        segmentation_customers=f"read_parquet('{folder}/customers.parquet')",
        segmentation_customer_id_type="bigint",
        **NASTY | options,
    )
