"""The dip equals its definition, and there is a valley between two groups, but not
between two halves of one group.
"""

import numpy as np
import pytest
from scipy.optimize import linprog
from sklearn.cluster import KMeans

pytestmark = pytest.mark.usefixtures("one_thread")


def test_customers_spread_over_the_cells_of_their_values(candidate_valleys):
    vectors = np.array([[0.0, 5.0], [1.0, 5.0], [3.0, 5.0]])
    weights = np.array([300.0, 500.0, 700.0])

    places, rows = candidate_valleys.spread_out(vectors, weights, seed=1)

    assert np.bincount(rows).tolist() == weights.tolist()
    assert set(places[:, 1]) == {0.0}  # a constant
    for row, (lowest, highest) in enumerate([(-0.5, 0.5), (0.5, 2), (2, 4)]):
        found = places[rows == row, 0]
        width = highest - lowest
        assert lowest <= found.min() < lowest + 0.05 * width
        assert highest - 0.05 * width < found.max() <= highest
        assert found.mean() == pytest.approx((lowest + highest) / 2, abs=0.05 * width)


def test_of_many_customers_some_are_spread_out(candidate_valleys):
    vectors, weights = np.array([[0.0], [1.0], [2.0]]), np.array([3e9, 5e8, 5e8])

    places, rows = candidate_valleys.spread_out(vectors, weights, seed=1)
    others, _ = candidate_valleys.spread_out(vectors, weights, seed=2)

    assert places.shape == others.shape == (2_000, 1)
    assert (rows > 0).mean() == pytest.approx(0.25, abs=0.04)
    assert not np.array_equal(places, others)


def test_two_categories_have_no_valley_between_them(candidate_valleys):
    # Four segments: two groups of a number, each with two categories (one-hot columns).
    generator = np.random.default_rng(1)
    group, category = np.arange(800) % 2, np.arange(800) // 2 % 2
    numbers = 8 * group + generator.normal(size=800)
    points = np.column_stack([numbers, 5 * category, 5 * (1 - category)])

    def valley(labels):
        places, rows = candidate_valleys.spread_out(points, np.ones(800), seed=1)
        centroids = np.array(
            [points[labels == label].mean(axis=0) for label in np.unique(labels)]
        )
        return candidate_valleys.smallest_valley(places, rows, labels, centroids)

    assert valley(group) > 1
    assert valley(2 * group + category) < 1


def dip_by_linear_programs(values):
    """Return the dip by its definition: the smallest difference, over all places of the
    mode, to a distribution that is convex before the mode and concave after it.
    """
    levels, counts = np.unique(values, return_counts=True)
    reached = np.cumsum(counts) / len(values)
    below = reached - counts / len(values)
    differences = []
    for mode in range(len(levels)):
        # One variable per level, and two for the mode: the shares below it and up to
        # it. The last variable is the largest difference.
        eye = np.eye(len(levels) + 1)
        before, after = eye[: mode + 1], eye[mode + 1 :]
        rise = np.diff(before, axis=0) / np.diff(levels[: mode + 1])[:, None]
        fall = np.diff(after, axis=0) / np.diff(levels[mode:])[:, None]
        bends = [-np.diff(eye, axis=0), -np.diff(rise, axis=0), np.diff(fall, axis=0)]
        matrix = np.vstack([eye, -eye, *bends])
        far = -(np.arange(len(matrix)) < 2 * len(eye)).astype(float)
        lowest = np.concatenate([below[: mode + 1], reached[mode : mode + 1]])
        lowest = np.concatenate([lowest, below[mode + 1 :]])
        highest = np.concatenate([reached[:mode], below[mode : mode + 1]])
        highest = np.concatenate([highest, reached[mode:]])
        limits = np.zeros(len(matrix))
        limits[: 2 * len(eye)] = np.concatenate([lowest, -highest])
        found = linprog(
            np.append(np.zeros(len(eye)), 1),
            np.column_stack([matrix, far]),
            limits,
            bounds=(0, 1),
        )
        differences.append(found.fun)
    return min(differences)


@pytest.mark.parametrize("seed", range(12))
def test_dip_is_that_of_its_definition(candidate_valleys, seed):
    generator = np.random.default_rng(seed)
    apart = generator.uniform(0, 6)
    one, other = generator.normal(size=(2, generator.integers(3, 16)))
    values = np.concatenate([one, other + apart])

    found = candidate_valleys.dip(values)

    assert found == pytest.approx(dip_by_linear_programs(values), abs=1e-8)


def test_dip_of_values_in_a_row_and_in_two_heaps(candidate_valleys):
    assert candidate_valleys.dip(np.arange(50.0)) == pytest.approx(1 / 100)
    heaps = np.concatenate([np.linspace(0, 1e-6, 500), np.linspace(1, 1 + 1e-6, 500)])
    assert candidate_valleys.dip(heaps) == pytest.approx(0.25, abs=1e-3)
    assert candidate_valleys.dip(np.array([3.0])) == 0.5


def test_one_in_twenty_samples_without_a_valley_exceeds_the_critical_dip(
    candidate_valleys,
):
    # Of all distributions with one mode, the uniform one has the largest dips.
    generator = np.random.default_rng(1)
    dips = [candidate_valleys.dip(generator.random(2_000)) for _ in range(600)]
    exceeding = np.mean(np.array(dips) > candidate_valleys.CRITICAL_DIP / 2_000**0.5)
    assert 0.03 <= exceeding <= 0.08


def halved(values):
    """Return the labels and centroids of a cut through the middle of column 0."""
    labels = (values[:, 0] > np.median(values[:, 0])).astype(int)
    return labels, np.array([values[labels == label].mean(axis=0) for label in (0, 1)])


@pytest.mark.parametrize(
    "form",
    ["round", "stretched", "heavy tails", "uniform", "skewed", "whole numbers"],
)
def test_two_halves_of_one_group_have_no_valley(candidate_valleys, form):
    generator = np.random.default_rng(3)
    values = generator.normal(size=(1_500, 2))
    values = {
        "round": values,
        "stretched": values * [4, 1],
        "heavy tails": generator.standard_t(3, (1_500, 2)),
        "uniform": generator.random((1_500, 2)),
        "skewed": np.exp(values),
        "whole numbers": (1.2 * values).round(),
    }[form]
    vectors, weights = np.unique(values, axis=0, return_counts=True)
    labels, centroids = halved(vectors)
    places, rows = candidate_valleys.spread_out(vectors, weights.astype(float), 1)

    assert candidate_valleys.smallest_valley(places, rows, labels, centroids) < 0.9


def test_two_overlapping_groups_have_a_valley(candidate_valleys, groups):
    values = groups([[0, 0], [3.5, 0]], 750, 1.0, 3)

    valley = candidate_valleys.smallest_valley
    assert valley(values, np.arange(1_500), *halved(values)) > 1.5


def test_copies_of_a_customer_count_as_one(candidate_valleys, groups):
    values = groups([[0, 0], [5, 0]], 60, 1.0, 3)
    labels, centroids = halved(values)
    every = np.arange(120)
    once = candidate_valleys.smallest_valley(values, every, labels, centroids)

    rows = np.repeat(every, 10)
    often = candidate_valleys.smallest_valley(values[rows], rows, labels, centroids)
    counts = np.ones(120, dtype=int)
    counts[:2] = 10
    rows = np.repeat(every, counts)
    some = candidate_valleys.smallest_valley(values[rows], rows, labels, centroids)

    assert often == pytest.approx(once)
    # Customers: 118 + 2 x 10 = 138. Sum of squares: 118 + 2 x 100 = 318. The effective
    # number of vectors is 138^2 / 318 = 59.9.
    dip = candidate_valleys.dip(values[rows] @ (centroids[1] - centroids[0]))
    assert some == pytest.approx(dip * (138**2 / 318) ** 0.5 / 0.55)


def test_smallest_valley_is_that_of_the_least_parted_pair(candidate_valleys, groups):
    values = groups([[0, 0], [8, 0], [0, 11]], 300, 1.0, 3)
    values = values[np.random.default_rng(1).permutation(900)]
    found = KMeans(4, n_init=20, random_state=1).fit(values)
    labels, centroids = found.labels_, found.cluster_centers_
    expected = {}
    for first in range(4):
        for second in range(first):
            pair = values[np.isin(labels, [first, second])]
            line = centroids[first] - centroids[second]
            along = candidate_valleys.dip(pair @ line)
            expected[second, first] = along * np.sqrt(len(pair)) / 0.55

    every = np.arange(900)
    smallest = candidate_valleys.smallest_valley(values, every, labels, centroids)

    assert smallest == pytest.approx(min(expected.values()))
    assert smallest < 0.9
    assert sum(value > 3 for value in expected.values()) == 5


def test_segments_of_which_no_customer_was_drawn_have_no_valley(candidate_valleys):
    places, rows, labels = np.array([[0.0], [9.0]]), np.array([0, 1]), [0, 0, 1, 2]
    centroids = np.array([[0.0], [20.0], [40.0]])

    valley = candidate_valleys.smallest_valley

    assert valley(places, rows, np.array(labels), centroids) == 0
