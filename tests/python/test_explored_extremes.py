"""The tables of `explore` with more customers than are ranked, without customers, and
with a single feature.
"""

import hashlib

import duckdb
import numpy as np
import pandas as pd
import pytest
from exploring import OWN_CUSTOMERS, TABLES, explored, nasty_customers
from scipy import stats


@pytest.mark.slow
def test_more_customers_than_are_ranked_and_then_none(tmp_path):
    generator = np.random.default_rng(3)
    first = generator.lognormal(0, 1, 30_000)
    customers = pd.DataFrame(
        {
            "customer_id": np.arange(30_000),
            "first": first,
            "second": first + generator.lognormal(0, 1, 30_000).round(),
        }
    )
    duckdb.from_df(customers).write_parquet(f"{tmp_path}/customers.parquet")
    configuration = {
        "segmentation_customers": f"read_parquet('{tmp_path}/customers.parquet')",
        "segmentation_features": {"first": {}, "second": {}},
        "segmentation_measures": {},
        "segmentation_attributes": [],
        "segmentations": {"s": {"features": ["first"]}},
    }
    hashes = [hashlib.md5(str(i).encode()).hexdigest() for i in range(30_000)]
    sample = customers.iloc[np.argsort(hashes)[:20_000]]

    project = explored(tmp_path, OWN_CUSTOMERS, **configuration)
    ((_, _, _, _, pearson, spearman, counted, ranked), _) = project.query(
        "from feature_correlations"
    )
    emptied = project.dbt(
        "build", "--empty", "--select", "tag:explore", **configuration
    )

    assert (counted, ranked) == (30_000, 20_000)
    assert pearson == pytest.approx(np.corrcoef(first, customers["second"])[0, 1])
    assert spearman == pytest.approx(
        stats.spearmanr(sample["first"], sample["second"]).statistic, abs=1e-12
    )
    assert emptied.success, emptied.error
    for table in TABLES:
        assert project.query(f"from {table}") == []


@pytest.mark.slow
def test_one_feature_and_no_measure(tmp_path):
    duckdb.from_df(nasty_customers()).write_parquet(f"{tmp_path}/customers.parquet")
    project = explored(
        tmp_path,
        OWN_CUSTOMERS,
        segmentation_customers=f"read_parquet('{tmp_path}/customers.parquet')",
        segmentation_features={"few": {}},
        segmentation_measures={},
        segmentation_attributes=[],
        segmentations={"s": {"features": ["few"]}},
    )

    assert project.query("select stage, feature from feature_profiles order by 1") == [
        ("raw", "few"),
        ("standardized", "few"),
    ]
    assert project.query("select bin_label from feature_histograms order by bin") == [
        *[(str(value),) for value in range(1, 6)]
    ]
    assert project.query("from feature_correlations") == []
