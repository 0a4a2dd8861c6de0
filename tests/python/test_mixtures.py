"""The generated data sets of the benchmarks (mixtures) have the properties that their
descriptions state.
"""

import numpy as np
import pytest
from mixtures import chained_centers, mixture

FACTORIAL = range(168)  # development seeds


@pytest.fixture(scope="module")
def mixtures():
    return [mixture(seed) for seed in FACTORIAL]


def test_a_seed_gives_the_same_data_set_every_time():
    for seed in range(8):  # every shape
        first, second = mixture(seed), mixture(seed)
        assert np.array_equal(first.values, second.values)
        assert np.array_equal(first.labels, second.labels)
        other = mixture(seed + 168)  # same shape, separation, number of groups
        assert (other.shape, other.groups) == (first.shape, first.groups)
        assert not np.array_equal(first.labels, other.labels) or not np.array_equal(
            first.values, other.values
        )


def test_data_sets_have_the_groups_they_claim(mixtures):
    for data in mixtures:
        assert len(data.values) == len(data.labels) == 1_500
        assert 2 <= data.values.shape[1] <= 8
        assert set(data.labels) - {-1} == set(range(data.groups))
        assert (-1 in data.labels) == (data.shape == "noise")
        assert (data.labels == -1).mean() <= 0.05
        sizes = np.bincount(data.labels[data.labels >= 0])
        assert sizes.min() >= 0.04 * 1_500 - 1
        if data.shape not in ("unequal sizes", "noise"):
            assert np.ptp(sizes) <= 1


def test_every_combination_occurs_once(mixtures):
    combinations = {(data.shape, data.separation, data.groups) for data in mixtures}

    assert len(combinations) == len(mixtures) == 8 * 3 * 7
    assert {data.groups for data in mixtures} == set(range(2, 9))


def test_columns_look_as_the_shape_says(mixtures):
    for data in mixtures:
        half = (data.values.shape[1] + 1) // 2
        if data.shape == "survey":
            assert set(np.unique(data.values)) <= set(range(1, 8))
        if data.shape == "money":
            cents = data.values[:, :half] * 100
            assert data.values[:, :half].min() > 0
            np.testing.assert_allclose(cents, cents.round(), rtol=0, atol=1e-6)
        if data.shape == "money, log":
            amounts = np.exp(data.values[:, :half]) - 1
            np.testing.assert_allclose(
                amounts, amounts.round(2), rtol=0, atol=1e-6 * amounts.max()
            )


@pytest.mark.parametrize("separation", [3.5, 7.0])
def test_neighboring_centers_are_one_to_one_and_a_half_separations_apart(separation):
    generator = np.random.default_rng(1)
    for groups, features in [(2, 2), (8, 2), (8, 8)]:
        centers = chained_centers(generator, groups, features, separation)
        between = np.linalg.norm(centers[:, None] - centers, axis=2)
        assert between[np.triu_indices(groups, 1)].min() >= separation
        nearest_before = [between[i, :i].min() for i in range(1, groups)]
        assert max(nearest_before) <= 1.5 * separation


def test_members_scatter_around_their_center_with_variance_one(mixtures):
    for shape in ("spherical", "elliptical", "heavy tails", "unequal sizes"):
        variances = [
            data.values[data.labels == group].var(axis=0).mean()
            for data in mixtures
            if data.shape == shape
            for group in range(data.groups)
        ]
        assert np.mean(variances) == pytest.approx(1, abs=0.05)
