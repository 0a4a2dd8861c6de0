"""Bins, mean and deviation of weighted points equal those of a table that has one row
per customer.
"""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vectors import modest


@st.composite
def weighted_values(draw):
    """Draw values with many ties, and whole numbers as weights."""
    rows = draw(
        st.lists(
            st.tuples(st.integers(-8, 8), st.integers(1, 30)), min_size=1, max_size=40
        )
    )
    values, weights = np.array(rows, dtype=float).T
    return values, weights


@settings(modest, max_examples=150)
@given(weighted_values())
def test_bins_equal_a_direct_count_on_repeated_rows(feature_distributions, data):
    values, weights = data
    bounds, shares = feature_distributions.quantile_bins(values, weights)
    rows = sorted(np.repeat(values, weights.astype(int)).tolist())
    # The values at the ends of the tenths of rows, without floating-point numbers.
    tenths = {rows[-(-len(rows) * tenth // 10) - 1] for tenth in range(1, 10)}
    lower = [row for row in rows if row < rows[-1]]
    assert bounds == sorted({min(tenth, lower[-1]) for tenth in tenths if lower})
    edges = [-np.inf, *bounds, np.inf]
    counts = [
        sum(lower < value <= upper for value in rows)
        for lower, upper in itertools.pairwise(edges)
    ]
    assert shares == pytest.approx([count / len(rows) for count in counts])
    assert sum(shares) == pytest.approx(1)
    assert min(shares) > 0


def test_bins_of_continuous_values_are_about_equally_full(feature_distributions):
    values = np.random.default_rng(0).lognormal(size=5000)
    bounds, shares = feature_distributions.quantile_bins(values, np.ones(5000))
    assert bounds == pytest.approx(
        np.quantile(values, np.arange(1, 10) / 10, method="inverted_cdf")
    )
    assert shares == pytest.approx([0.1] * 10)


def test_bins_merge_where_most_customers_share_a_value(feature_distributions):
    values, weights = np.array([3.0, 0.0, 1.0, 2.0]), np.array([5.0, 80.0, 10.0, 5.0])
    bounds, shares = feature_distributions.quantile_bins(values, weights)
    assert bounds == [0, 1]
    assert shares == pytest.approx([0.8, 0.1, 0.1])


def test_bins_set_the_maximum_apart_where_most_customers_have_it(feature_distributions):
    values, weights = np.array([5.0, 1.0, 4.0]), np.array([97.0, 1.0, 2.0])
    bounds, shares = feature_distributions.quantile_bins(values, weights)
    assert bounds == [4]
    assert shares == pytest.approx([0.03, 0.97])


def test_bins_of_a_constant_column_are_one_bin(feature_distributions):
    bins = feature_distributions.quantile_bins(np.full(4, 2.5), np.arange(1.0, 5.0))
    assert bins == ([], [1.0])


def test_mean_and_deviation_equal_those_of_repeated_rows(feature_distributions):
    generator = np.random.default_rng(5)
    values, weights = generator.gamma(2, 3, 50), generator.integers(1, 9, 50)
    rows = np.repeat(values, weights)
    found = feature_distributions.mean_and_deviation(values, weights)
    assert found == pytest.approx((rows.mean(), rows.std()))


def test_a_constant_has_no_deviation(feature_distributions):
    found = feature_distributions.mean_and_deviation(np.ones(5), np.ones(5))
    assert found == (1, 0)


@modest
@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e3))
def test_a_bound_lies_where_its_customers_do_whatever_the_weight(
    feature_distributions, value, weight
):
    # The bounds are divided by the root of the feature's weight here, and multiplied by
    # it in int_feature_shares. The product must have the same bits as the point, or the
    # point could fall into the next bin.
    root = np.sqrt(weight)
    points = np.array([[value * root], [abs(value) * 2 * root + 1]])
    sample = feature_distributions.Sample(points, np.ones(2))
    (row,) = feature_distributions.describe_features(sample, [weight])
    assert [bound * root for bound in row["bin_bounds"]] == [points[0, 0]]
    assert row["bin_shares"] == [0.5, 0.5]
