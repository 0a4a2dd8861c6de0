"""Every feature option gives the same values as scikit-learn or NumPy."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from project import Project
from sklearn.cluster import KMeans
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, RobustScaler, StandardScaler

pytestmark = pytest.mark.slow

CUSTOMERS = 500
FEATURES = {
    "plain": {},
    "large": {"expression": '"Turnover (k$)" * 1000'},
    "logged": {"transform": "log"},
    "rooted": {"transform": "sqrt"},
    "robust": {"scale": "robust"},
    "raw": {"scale": "none"},
    "clipped": {"clip": [0.05, 0.9]},
    "median_filled": {"missing": "median"},
    "mean_filled": {"missing": "mean"},
    "constant_filled": {"missing": 3},
    "all_of_it": {
        "missing": "median",
        "clip": [0.1, 0.9],
        "transform": "log",
        "scale": "robust",
        "weight": 3,
    },
    "pet": {"categories": ["cat", "dog", "sea horse"], "weight": 2},
}
PETS = ["pet_cat", "pet_dog", "pet_sea_horse"]


@pytest.fixture(scope="module")
def customers():
    """Customers with missing values, skewed values, and very small and very large
    values.
    """
    generator = np.random.default_rng(11)

    def with_gaps(values):
        return np.where(generator.random(CUSTOMERS) < 0.2, np.nan, values)

    skewed = generator.lognormal(3, 1, CUSTOMERS).round(2)
    return pd.DataFrame(
        {
            "customer_id": np.arange(CUSTOMERS),
            "plain": generator.normal(1e6, 1, CUSTOMERS),
            "Turnover (k$)": generator.normal(5, 2, CUSTOMERS),
            "logged": skewed,
            "rooted": generator.poisson(4, CUSTOMERS),
            "robust": generator.standard_t(2, CUSTOMERS),
            "raw": generator.normal(0, 1, CUSTOMERS),
            "clipped": generator.standard_t(2, CUSTOMERS),
            "median_filled": with_gaps(skewed),
            "mean_filled": with_gaps(generator.integers(0, 9, CUSTOMERS)),
            "constant_filled": with_gaps(generator.integers(0, 9, CUSTOMERS)),
            "all_of_it": with_gaps(skewed),
            "pet": generator.choice(
                ["cat", "dog", "sea horse"], CUSTOMERS, p=[0.6, 0.3, 0.1]
            ),
            "region": generator.choice(["north", "south"], CUSTOMERS),
        }
    )


@pytest.fixture(scope="module")
def built(customers, tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("options"))
    path = project.folder / "customers.parquet"
    duckdb.from_df(customers).write_parquet(str(path))
    result = project.dbt(
        *("build", "--selector", "own_customers"),
        segmentation_customers=f"read_parquet('{path}')",
        segmentation_customer_id_type="bigint",
        segmentation_features=FEATURES
        | {
            "companion": {
                "expression": '"pet"',
                "categories": FEATURES["pet"]["categories"],
            }
        },
        segmentation_measures={},
        segmentation_attributes=["region"],
        segmentations={
            "everything": {"features": list(FEATURES), "clusters": 3},
            "northern": {
                "features": ["plain", "logged"],
                "clusters": 2,
                "where": "region = 'north'",
            },
            "companions": {"features": ["plain", "companion"], "clusters": 3},
        },
        segmentation_minimum_silhouette=-1,
        segmentation_minimum_share=0,
    )
    assert result.success, result.error
    return project


def standardized(project: Project, segmentation: str, *columns: str) -> np.ndarray:
    rows = project.query(
        f"select {', '.join(columns)} from {project.standardized()} "
        f"where segmentation = '{segmentation}' order by customer_id"
    )
    return np.array(rows, dtype=float)


def column(customers: pd.DataFrame, name: str) -> np.ndarray:
    return customers[[name]].to_numpy(dtype=float)


def clip(values: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.clip(values, *np.nanquantile(values, [low, high]))


def impute(values: np.ndarray, **options) -> np.ndarray:
    return SimpleImputer(**options).fit_transform(values)


def standard(values: np.ndarray) -> np.ndarray:
    return StandardScaler().fit_transform(values)


REFERENCES = {
    "plain": lambda data: standard(column(data, "plain")),
    "large": lambda data: standard(column(data, "Turnover (k$)") * 1000),
    "logged": lambda data: standard(np.log1p(column(data, "logged"))),
    "rooted": lambda data: standard(np.sqrt(column(data, "rooted"))),
    "robust": lambda data: RobustScaler().fit_transform(column(data, "robust")),
    "raw": lambda data: column(data, "raw"),
    "clipped": lambda data: standard(clip(column(data, "clipped"), 0.05, 0.9)),
    "median_filled": lambda data: standard(
        impute(column(data, "median_filled"), strategy="median")
    ),
    "mean_filled": lambda data: standard(
        impute(column(data, "mean_filled"), strategy="mean")
    ),
    "constant_filled": lambda data: standard(
        impute(column(data, "constant_filled"), strategy="constant", fill_value=3)
    ),
}


@pytest.mark.parametrize("feature", REFERENCES)
def test_a_feature_equals_its_reference(built, customers, feature):
    found = standardized(built, "everything", feature)

    # With a mean of a million and a deviation of one, no better accuracy is possible.
    np.testing.assert_allclose(found, REFERENCES[feature](customers), atol=1e-9)


def test_all_options_together_are_applied_in_order(built, customers):
    raw = column(customers, "all_of_it")
    filled = impute(raw, strategy="median")
    clipped = np.clip(filled, *np.nanquantile(raw, [0.1, 0.9]))
    reference = RobustScaler().fit_transform(np.log1p(clipped))

    found = standardized(built, "everything", "all_of_it")

    np.testing.assert_allclose(found, reference, atol=1e-9)


def test_categories_are_one_hot_and_vary_as_one_feature(built, customers):
    one_hot = OneHotEncoder(sparse_output=False).fit_transform(customers[["pet"]])
    shares = one_hot.mean(axis=0)
    reference = (one_hot - shares) / np.sqrt(1 - (shares**2).sum())

    found = standardized(built, "everything", *PETS)

    np.testing.assert_allclose(found, reference, atol=1e-12)
    assert found.var(axis=0).sum() == pytest.approx(1)


def test_categories_weigh_a_quarter_of_a_number_unless_told(built):
    weights = built.query(
        """
        select segmentation, block, list(distinct weight)
        from feature_preparation inner join int_segmentation_features
            using (segmentation, feature, weight)
        where block in ('plain', 'pet', 'companion') and segmentation != 'northern'
        group by all order by all
        """
    )

    assert weights == [
        ("companions", "companion", [0.25]),
        ("companions", "plain", [1.0]),
        ("everything", "pet", [2.0]),
        ("everything", "plain", [1.0]),
    ]


def test_a_condition_restricts_who_takes_part_and_what_is_measured(built, customers):
    north = customers[customers["region"] == "north"]
    reference = standard(np.column_stack([north["plain"], np.log1p(north["logged"])]))

    found = standardized(built, "northern", "plain", "logged")

    np.testing.assert_allclose(found, reference, atol=1e-9)
    assert built.query(
        """
        select count(*) from customer_segments
        where segmentation = 'northern' and segment_id = 'unassigned'
        """
    ) == [(CUSTOMERS - len(north),)]


def test_a_weight_counts_as_repeated_columns(built):
    features = [name for name in FEATURES if name not in ("pet", "all_of_it")]
    vectors = np.hstack(
        [
            standardized(built, "everything", *features),
            *[standardized(built, "everything", "all_of_it")] * 3,
            *[standardized(built, "everything", *PETS)] * 2,
        ]
    )
    ((inertia,),) = built.query(
        "select inertia from segmentation_fits where segmentation = 'everything'"
    )
    members = np.array(
        built.query(
            """
            select segment_id from customer_segments
            where segmentation = 'everything' order by customer_id
            """
        )
    ).ravel()

    found = sum(
        ((vectors[members == name] - vectors[members == name].mean(axis=0)) ** 2).sum()
        for name in np.unique(members)
    )
    best = KMeans(3, n_init=20, random_state=0).fit(vectors).inertia_

    assert found == pytest.approx(inertia)
    assert inertia <= best * (1 + 1e-6)
