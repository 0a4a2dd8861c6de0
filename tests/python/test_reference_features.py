"""The reference distribution of a feature has its shape and its rounding, but no
valleys. Each step gives the same result as scipy or as a calculation by hand.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loading import load_model
from preparations import preparation
from scipy import stats
from scipy.optimize import isotonic_regression

modest = settings(deadline=None, max_examples=40, derandomize=True)


@pytest.fixture(scope="module")
def reference_features():
    return load_model("models/assume/int_reference_features.py")


@pytest.fixture(scope="module")
def kmeans_structure():
    return load_model("models/assume/kmeans_structure.py")


# Tests of the function rounding


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, 2, 3, 5, 5], (1, 5)),
        ([0.25, 0.75, 0.75, 1.25], (0.5, 0.75)),
        ([1.0] * 5, None),
        (np.random.default_rng(1).normal(size=200), None),
        # 30 of 32 values are answers from 1 to 5, the others an imputed mean. 90 % on
        # the grid are enough.
        ([*[1.0, 2, 3, 4, 5, 5] * 5, 3.217, 3.217], (1, 5)),
    ],
)
def test_rounding_is_the_step_between_common_values(
    reference_features, values, expected
):
    assert reference_features.rounding(np.array(values)) == expected


# Tests of the functions isotonic and without_valleys


@modest
@given(st.integers(2, 30), st.integers(0, 1000), st.booleans())
def test_isotonic_density_is_that_of_scipy(reference_features, size, seed, rising):
    generator = np.random.default_rng(seed)
    bounds = np.cumsum(generator.uniform(0.1, 2, size))
    shares = np.cumsum(generator.uniform(0, 1, size))
    found = reference_features.isotonic(bounds, shares, rising=rising)
    widths = np.diff(bounds)
    reference = isotonic_regression(
        np.diff(shares) / widths, weights=widths, increasing=rising
    ).x
    assert np.diff(found) / widths == pytest.approx(reference)
    assert found[[0, -1]] == pytest.approx(shares[[0, -1]])


def cells(shares):
    """Return bounds of width 1, and the cumulated shares at them."""
    return np.arange(len(shares) + 1.0), np.concatenate([[0], np.cumsum(shares)])


@pytest.mark.parametrize(
    "shares", [[0.1, 0.2, 0.4, 0.3], [0.7, 0.2, 0.1], [0.25] * 4, [0.1, 0.9]]
)
def test_a_distribution_of_one_mode_stays_as_it_is(reference_features, shares):
    bounds, reached = cells(shares)
    values, found, moved = reference_features.without_valleys(bounds, reached, reached)
    assert np.interp(bounds, values, found) == pytest.approx(reached)
    assert moved == pytest.approx(0)


def test_a_valley_is_filled_with_as_few_customers_as_can_be(reference_features):
    # 0.4, 0, 0.6 has no valley any more if the first two cells have 0.2 each.
    bounds, reached = cells([0.4, 0.0, 0.6])
    values, found, moved = reference_features.without_valleys(bounds, reached, reached)
    assert np.interp(bounds, values, found) == pytest.approx([0, 0.2, 0.4, 1])
    assert moved == pytest.approx(0.2)


@modest
@given(st.lists(st.integers(0, 9), min_size=2, max_size=15).filter(any))
def test_no_valley_is_left(reference_features, counts):
    bounds, reached = cells(np.array(counts) / sum(counts))
    values, found, _ = reference_features.without_valleys(bounds, reached, reached)
    density = np.diff(np.interp(bounds, values, found))
    peak = int(density.argmax())
    assert (np.diff(density[: peak + 1]) >= -1e-9).all()
    assert (np.diff(density[peak:]) <= 1e-9).all()


# Tests of the function reference

SHARES = (np.arange(5000) + 0.5) / 5000


@pytest.fixture(scope="module")
def drawn_from(reference_features, kmeans_structure):
    """A function that returns values at SHARES of the distribution without valleys."""

    def draw(z, preparation):
        row = preparation | reference_features.reference(z, preparation)
        return kmeans_structure.at_shares(SHARES, row)

    return draw


@pytest.mark.parametrize(
    ("values", "transform"),
    [
        (np.random.default_rng(1).normal(50, 9, 800), "none"),
        (np.random.default_rng(1).uniform(size=800), "none"),
        (np.random.default_rng(1).lognormal(3, 1, 800), "none"),
        (np.random.default_rng(1).lognormal(3, 1, 800), "log"),
        (np.random.default_rng(1).integers(18, 80, 800), "none"),
        (np.random.default_rng(1).poisson(3, 800), "log"),
        (np.random.default_rng(1).poisson(3, 800), "sqrt"),
        (1e-9 * np.random.default_rng(1).normal(size=800), "none"),
    ],
)
def test_a_feature_of_one_mode_is_drawn_as_it_is(drawn_from, values, transform):
    mine, z = preparation(values, transform)
    drawn = drawn_from(z, mine)
    # A two-sample test finds a statistic of 0.05 significant (5 %) only if both samples
    # have about 1,500 customers or more.
    assert stats.ks_2samp(z, drawn).statistic < 0.04


@pytest.mark.parametrize("transform", ["none", "log", "sqrt"])
def test_a_rounded_feature_is_drawn_rounded(drawn_from, transform):
    values = np.random.default_rng(2).binomial(40, 0.3, 500)
    mine, z = preparation(values, transform)
    drawn = drawn_from(z, mine)
    own = {"none": np.asarray, "log": np.expm1, "sqrt": np.square}[transform](
        drawn * mine["scale"] + mine["center"]
    )
    assert own == pytest.approx(own.round())
    assert (own.round().min(), own.round().max()) == (values.min(), values.max())


@pytest.mark.parametrize(
    "values",
    [
        np.concatenate([np.random.default_rng(3).normal(m, 1, 300) for m in (0, 9)]),
        np.repeat([1.0, 2, 3, 18, 19, 20], 100),
        np.repeat([1.0, 5], [300, 500]) + np.tile([0, 0, 1, -1], 200).clip(0, 1),
    ],
)
def test_two_modes_are_drawn_as_one(drawn_from, values):
    mine, z = preparation(values)
    drawn = drawn_from(z, mine)
    middle = np.abs(drawn - (z.min() + z.max()) / 2) < 0.25 * np.ptp(z)
    assert middle.mean() > 0.15
    assert (np.abs(z - (z.min() + z.max()) / 2) < 0.1 * np.ptp(z)).mean() < 0.01


def test_irregular_shares_of_few_answers_are_kept(drawn_from):
    values = np.repeat([1.0, 2, 3, 4, 5], [60, 100, 90, 95, 55])
    mine, z = preparation(values)
    drawn = drawn_from(z, mine)
    counts = np.unique(drawn, return_counts=True)[1]
    expected = np.array([60, 100, 90, 95, 55]) / 400
    assert counts / 5000 == pytest.approx(expected, abs=1e-3)
