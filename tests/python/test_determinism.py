"""The same customers give the same results to the last bit, in any order and on any
number of threads.
"""

import subprocess
import sys

import duckdb
import pytest
from project import ROOT, Project

pytestmark = pytest.mark.slow

CUSTOMERS = 300_000  # several row groups, which DuckDB reads in parallel
CONFIGURATION = {
    "segmentation_features": {
        "age": {},
        "spending_score": {"missing": "mean", "clip": [0.01, 0.99]},
        "price_sensitivity": {},
        "brand_loyalty": {"weight": 2},
        "novelty_seeking": {},
    },
    "segmentation_measures": {"money_spent": {}},
    "segmentation_attributes": ["gender"],
    "segmentations": {
        "habits": {"features": ["age", "spending_score"], "clusters": [3, 4]},
        "attitudes": {
            "features": ["price_sensitivity", "brand_loyalty", "novelty_seeking"],
            "clusters": 3,
        },
    },
    "segmentation_restarts": 3,
}


@pytest.fixture(scope="module")
def parquet(tmp_path_factory):
    """Two files with the same customers, in the original and in a random order."""
    folder = tmp_path_factory.mktemp("customers")
    subprocess.run(
        [
            *(sys.executable, str(ROOT / "seeds" / "generator" / "generate.py")),
            *("--rows", str(CUSTOMERS), "--parquet", str(folder / "made.parquet")),
        ],
        check=True,
    )
    duckdb.sql(f"from '{folder}/made.parquet' order by md5(customer_id)").write_parquet(
        f"{folder}/shuffled.parquet"
    )
    return folder


def build(folder, source, threads: int) -> list:
    """Build and return the preparation, the fit and the segments, with all bits."""
    project = Project(folder)
    result = project.dbt(
        *("run", "--select", "+tag:core", "+tag:assume", "+tag:compare"),
        threads=threads,
        segmentation_customers=f"read_parquet('{source}')",
        **CONFIGURATION,
    )
    assert result.success, result.error
    return [
        project.query(sql)
        for sql in (
            "select * from feature_preparation order by all",
            "select * exclude (fitted_at, adopted_at) from kmeans_fits order by all",
            "select count(*), bit_xor(hash(columns(* exclude (scored_at)))) "
            "from customer_segments",
            "from segments order by all",
            "from segment_profiles order by all",
            "from segment_composition order by all",
            "from segmentation_comparison order by all",
            "from segmentation_effects order by all",
            "from segment_overlap order by all",
            "from segmentation_agreement order by all",
            "from kmeans_assumptions order by all",
        )
    ]


def test_shuffling_and_threads_change_no_bit(parquet, tmp_path_factory):
    reference = build(tmp_path_factory.mktemp("one"), parquet / "made.parquet", 1)

    assert reference[2][0][0] == 2 * CUSTOMERS
    for source, threads in [("made", 4), ("shuffled", 2)]:
        again = build(
            tmp_path_factory.mktemp(f"{source}_{threads}"),
            parquet / f"{source}.parquet",
            threads,
        )
        assert again == reference
