"""The build warns of features that K-means cannot use well, and of no others."""

import re

import duckdb
import numpy as np
import pandas as pd
import pytest
from project import Project

pytestmark = pytest.mark.slow

CUSTOMERS = 1_000
COLUMNS = {
    # name: the tests about features that are expected to warn of it
    "normal": set(),
    "evenly_spread": set(),
    "complaints": set(),
    "spend": set(),
    "negative_tail": {"warn_of_many_outliers"},
    "some_tail": {"warn_of_many_outliers", "warn_of_skewed_features"},
    "long_tail": {"warn_of_many_outliers", "warn_of_skewed_features"},
    "longest_tail": {"warn_of_many_outliers", "warn_of_skewed_features"},
    "zero_spend": {"warn_of_many_zeros"},
    "few_zeros": set(),
    "rare_flag": {"warn_of_two_valued_features"},
    "light_flag": set(),
}
LOGGED = ("complaints", "spend", "zero_spend", "few_zeros")


def draw_customers() -> pd.DataFrame:
    generator = np.random.default_rng(5)
    normal = generator.normal(size=CUSTOMERS)

    def money(sigma: float, active_share: float = 1.0) -> np.ndarray:
        amounts = 100 * np.exp(sigma * generator.normal(size=CUSTOMERS))
        return np.where(generator.random(CUSTOMERS) < active_share, amounts, 0).round(2)

    return pd.DataFrame(
        {
            "customer_id": np.arange(CUSTOMERS),
            "normal": normal,
            "evenly_spread": generator.uniform(size=CUSTOMERS),
            "complaints": np.where(
                generator.random(CUSTOMERS) < 0.77,
                0,
                generator.geometric(0.3, CUSTOMERS),
            ),
            "spend": money(1.0),
            "negative_tail": generator.standard_t(2, CUSTOMERS),
            "some_tail": money(0.8),
            "long_tail": money(1.2),
            "longest_tail": money(2.0),
            "zero_spend": money(0.8, active_share=0.6),
            "few_zeros": money(0.8, active_share=0.75),
            "rare_flag": generator.random(CUSTOMERS) < 0.03,
            "light_flag": generator.random(CUSTOMERS) < 0.4,
        }
    ).astype({"rare_flag": int, "light_flag": int})


def findings(result) -> dict[str, list[str]]:
    """Return what the tests about features have printed."""
    found = {}
    for message in result.log:
        if match := re.fullmatch(r"(warn_of_\w+): (.*)", message):
            found.setdefault(match[1], []).append(match[2])
    return found


def build(
    project: Project, customers: pd.DataFrame, features: dict, *what: str, **more
):
    path = project.folder / "customers.parquet"
    duckdb.from_df(customers).write_parquet(str(path))
    return project.dbt(
        *("build", *what),
        **{
            "segmentation_customers": f"read_parquet('{path}')",
            "segmentation_customer_id_type": "bigint",
            "segmentation_features": features,
            "segmentation_measures": {},
            "segmentation_attributes": [],
            # dbt prints at most five findings of a test, so each feature gets a
            # segmentation.
            "segmentations": {name: {"features": [name]} for name in features},
        }
        | more,
    )


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("warnings"))
    features = {
        name: {"transform": "log"} if name in LOGGED else {} for name in COLUMNS
    } | {"light_flag": {"weight": 0.25}}
    tests = ("many_outliers", "skewed_features", "many_zeros", "two_valued_features")
    selection = [f"+warn_of_{name}" for name in tests]
    result = build(
        *(project, draw_customers(), features),
        *("--indirect-selection", "cautious", "--select", *selection),
    )
    assert result.success, result.error
    return project, result


@pytest.mark.parametrize(("column", "expected"), COLUMNS.items(), ids=COLUMNS)
def test_a_column_is_told_what_is_wrong_with_it(prepared, column, expected):
    _, result = prepared

    told = {
        test
        for test, sentences in findings(result).items()
        if any(re.search(rf"\b{column}\b", sentence) for sentence in sentences)
    }

    assert told == expected


def test_a_heavier_tail_has_more_outliers(prepared):
    project, _ = prepared
    tails = ("normal", "some_tail", "long_tail", "longest_tail")

    shares = dict(
        project.query(
            "select feature, far_customers / customers from int_feature_shapes"
        )
    )

    assert [shares[name] for name in tails] == sorted(shares[name] for name in tails)
    assert shares["normal"] < 0.001
    assert shares["longest_tail"] > 0.1


def test_shapes_are_those_of_the_columns(prepared):
    project, _ = prepared
    customers = draw_customers()

    shapes = {
        row[0]: row[1:]
        for row in project.query(
            "select feature, skewness, zero_share, zero_distance, is_non_negative "
            "from int_feature_shapes"
        )
    }

    for name in COLUMNS:
        column = customers[name].astype(float)
        column = np.log1p(column) if name in LOGGED else column
        skewness, zero_share, zero_distance, is_non_negative = shapes[name]
        active = column[column != 0]
        assert skewness == pytest.approx(column.skew(), abs=1e-6)
        assert zero_share == pytest.approx((column == 0).mean())
        assert is_non_negative == (column.min() >= 0)
        if active.std(ddof=0) > 0:
            assert zero_distance == pytest.approx(active.mean() / active.std(ddof=0))


@pytest.mark.parametrize(("customers", "warned"), [(29, True), (30, False)])
def test_fewer_than_ten_customers_for_each_feature_are_few(tmp_path, customers, warned):
    features = {name: {} for name in ("normal", "evenly_spread", "complaints")}
    result = build(
        *(Project(tmp_path), draw_customers()[:customers], features),
        *("--indirect-selection", "cautious", "--select", "+warn_of_few_customers"),
        segmentations={"main": {"features": list(features)}},
    )
    assert result.success, result.error

    told = findings(result).get("warn_of_few_customers", [])

    assert told == warned * [
        "main has 29 customers for 3 features, fewer than ten for each: other customers"
        " would give other segments. Use fewer features."
    ]


def test_three_giants_stop_the_build_and_are_told_why(tmp_path):
    # 400 companies of two kinds. Three companies have a thousand times the revenue.
    generator = np.random.default_rng(1)
    revenue = 40_000 * np.exp(0.5 * generator.normal(size=400))
    revenue[:3] = [25e6, 60e6, 90e6]
    companies = pd.DataFrame(
        {
            "customer_id": np.arange(400),
            "revenue": revenue.round(),
            "orders": generator.poisson(np.where(np.arange(400) < 150, 3, 12)),
        }
    )
    project = Project(tmp_path)

    def build_core(**options):
        return build(
            project,
            companies,
            {"revenue": options, "orders": {}},
            *("--selector", "core"),
            segmentations={"main": {"features": ["revenue", "orders"], "clusters": 2}},
        )

    stopped = build_core()
    assert not stopped.success
    assert "There are no fewer than two. Tame outliers" in stopped.error
    (advice,) = findings(stopped)["warn_of_skewed_features"]
    assert advice.startswith("The feature revenue of main is skewed (skewness ")
    assert advice.endswith("Use transform: log.")

    cured = build_core(transform="log")
    assert cured.success, cured.error
    assert "warn_of_skewed_features" not in findings(cured)
