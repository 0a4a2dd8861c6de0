"""The tables of `explore` have the figures that pandas, scipy and NumPy compute, on the
sample and on a table with values that easily give wrong figures.
"""

import numpy as np
import pandas as pd
import pytest
from exploring import TABLES, explored_nasty, frame, nasty_customers
from project import Project
from scipy import stats

QUANTILES = {
    "minimum": 0,
    "quantile_01": 0.01,
    "quantile_05": 0.05,
    "quantile_25": 0.25,
    "median": 0.5,
    "quantile_75": 0.75,
    "quantile_95": 0.95,
    "quantile_99": 0.99,
    "maximum": 1,
}


@pytest.fixture(scope="module")
def nasty(tmp_path_factory):
    return explored_nasty(
        tmp_path_factory.mktemp("nasty"), nasty_customers(), without="unit_test"
    )


@pytest.fixture(
    scope="module", params=["sample", pytest.param("nasty", marks=pytest.mark.slow)]
)
def built(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def values(built):
    """The raw values, one column per feature or measure."""
    return (
        frame(built, "from customer_features")
        .select_dtypes("number")
        .drop(columns="customer_id", errors="ignore")
    )


def standardized(project: Project) -> dict[tuple[str, str], pd.Series]:
    rows = frame(project, f"from {project.standardized()}")
    used = project.query("select segmentation, feature from int_segmentation_features")
    return {
        (segmentation, feature): rows.loc[rows["segmentation"] == segmentation, feature]
        for segmentation, feature in used
    }


def test_every_column_is_profiled_once(built, values):
    profiles = frame(built, "from feature_profiles")
    keys = profiles[["stage", "segmentation", "feature"]].apply(tuple, axis=1)

    assert sorted(keys) == sorted(
        [
            *(("raw", "all", name) for name in values),
            *(("standardized", *key) for key in standardized(built)),
        ]
    )


def test_profiles_equal_pandas_and_scipy(built, values):
    profiles = frame(built, "from feature_profiles").set_index(
        ["stage", "segmentation", "feature"]
    )
    columns = {("raw", "all", name): values[name] for name in values} | {
        ("standardized", *key): column for key, column in standardized(built).items()
    }

    for key, column in columns.items():
        found = profiles.loc[key]
        known = column.dropna()
        assert found["customers"] == len(column), key
        assert found["missing"] == column.isna().sum(), key
        assert found["distinct_values"] == column.nunique(), key
        if known.empty:
            assert found["mean":].isna().all(), key
            continue

        size = known.abs().max()
        expected = known.quantile(list(QUANTILES.values())).to_numpy()
        # The tolerance is relative to each quantile, so that outliers do not widen it.
        np.testing.assert_allclose(
            found[list(QUANTILES)].astype(float), expected, rtol=1e-10, atol=1e-14
        )
        assert found["mean"] == pytest.approx(known.mean(), rel=1e-11, abs=1e-15 * size)
        deviation = known.std(ddof=0) if known.nunique() > 1 else 0
        assert found["standard_deviation"] == pytest.approx(deviation, rel=1e-8), key
        if known.nunique() > 1:
            moved = (known - known.median()) / np.ptp(known)
            skewness, kurtosis = stats.skew(moved), stats.kurtosis(moved)
            assert found["skewness"] == pytest.approx(skewness, rel=1e-8, abs=1e-9), key
            assert found["excess_kurtosis"] == pytest.approx(kurtosis, rel=1e-8), key
        else:
            assert np.isnan(found["skewness"])
            assert np.isnan(found["excess_kurtosis"])
        low, high = known.quantile([0.25, 0.75])
        # A value at a fence is not beyond it, even if rounding moves it by a bit.
        fence = 1.5 * (high - low) + 1e-13 * (abs(low) + abs(high))
        outliers = (known < low - fence) | (known > high + fence)
        assert found["outlier_share"] == pytest.approx(outliers.mean()), key
        assert found["zero_share"] == pytest.approx((known == 0).mean()), key


def test_histograms_equal_numpy_on_their_edges(built, values):
    histograms = frame(built, "from feature_histograms order by feature, bin")
    groups = dict(list(histograms.groupby("feature")))

    assert groups.keys() == {name for name in values if values[name].notna().any()}
    for name, bins in groups.items():
        known = values[name].dropna()
        edges = np.array([*bins["lower_bound"], bins["upper_bound"].iloc[-1]])
        assert list(bins["bin"]) == list(range(len(bins))), name
        assert list(bins["upper_bound"])[:-1] == list(edges[1:-1]), name
        counts, _ = np.histogram(known, edges)
        densities, _ = np.histogram(known, edges, density=True)
        assert list(bins["customers"]) == list(counts), name
        assert bins["customers"].sum() == len(known), name
        np.testing.assert_allclose(bins["share"], counts / len(known))
        np.testing.assert_allclose(bins["density"], densities)


def test_bins_suit_the_data(built, values):
    histograms = frame(built, "from feature_histograms order by feature, bin")

    for name, bins in histograms.groupby("feature"):
        known = values[name].dropna()
        inner = bins[~bins["is_tail"]]
        widths = inner["upper_bound"] - inner["lower_bound"]
        width = float(f"{widths.iloc[0]:.3g}")  # removes the rounding error
        assert len(bins) <= 50, name
        assert bins["is_tail"].iloc[1:-1].sum() == 0, name
        # The tolerance is for the feature `huge`: a DOUBLE of 1e12 has 4 decimals.
        np.testing.assert_allclose(widths, width, rtol=1e-6)
        assert f"{width:e}"[0] in "125", name
        if known.quantile(0.25) < known.quantile(0.75):
            quartile_range = stats.iqr(known)
            recommended = 2 * quartile_range / len(known) ** (1 / 3)
            is_few = (known % 1 == 0).all() and np.ptp(known) < 20
            assert is_few or width >= recommended * (1 - 1e-9), name
            span = min(np.ptp(known), 7 * quartile_range)
            assert width <= 2.5 * max(recommended, span / 47, 1) * (1 + 1e-9), name
            assert len(known) < 100 or bins["share"].max() < 0.6, name
        if (known % 1 == 0).all():
            assert (inner[["lower_bound", "upper_bound"]] % 1 == 0).all(axis=None), name
            if np.ptp(known) < 20:
                assert list(inner["bin_label"]) == [
                    str(value)
                    for value in range(int(known.min()), int(known.max()) + 1)
                ]


def test_correlations_equal_pandas_on_both_orders(built, values):
    correlations = frame(built, "from feature_correlations")
    found = correlations.set_index(["feature", "other_feature"])
    names = list(values)

    assert len(found) == len(names) * (len(names) - 1)
    spearman = values.corr("spearman")
    for name in names:
        for other in names:
            if name == other:
                continue
            row = found.loc[(name, other)]
            pair = values[[name, other]].dropna()
            assert row["customers"] == row["ranked_customers"] == len(pair)
            varies = len(pair) > 0 and (pair.nunique() > 1).all()
            if not varies:
                assert np.isnan(row["pearson"])
                assert np.isnan(row["spearman"])
                continue
            assert row["spearman"] == pytest.approx(
                spearman.loc[name, other], abs=1e-12
            ), (name, other)
            reference = stats.pearsonr(*pair.to_numpy().T).statistic
            deviations = pair.std(ddof=0) / (values.max() - values.min())[pair.columns]
            if deviations.min() < 2**-21:
                assert np.isnan(row["pearson"]), (name, other)
            else:
                # The project rounds values to 2^-31 of the range of all customers.
                assert row["pearson"] == pytest.approx(
                    reference, abs=2**-31 / deviations.min()
                ), (name, other)


@pytest.mark.slow
def test_shuffled_customers_and_threads_change_no_bit(nasty, tmp_path):
    shuffled = explored_nasty(
        tmp_path, nasty_customers().sample(frac=1, random_state=1), threads=1
    )

    for table in TABLES:
        assert shuffled.query(f"from {table} order by all") == nasty.query(
            f"from {table} order by all"
        )
