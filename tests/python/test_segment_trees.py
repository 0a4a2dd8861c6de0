"""Trees predict as those of scikit-learn do, with round thresholds that cost little
accuracy.
"""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from loading import load_model
from sklearn.metrics import f1_score
from sklearn.tree import DecisionTreeClassifier
from tree_examples import examples

modest = settings(deadline=None, max_examples=40, derandomize=True)


@pytest.fixture(scope="module")
def trees():
    return load_model("models/explain/int_segment_trees.py")


def splits(node):
    """Return all splits of a tree."""
    if node.segment is not None:
        return []
    return [node, *splits(node.below), *splits(node.above)]


# Tests of trees


@modest
@given(data=examples(), leaves=st.integers(2, 7))
def test_a_tree_predicts_as_scikit_learn_does(trees, data, leaves):
    values, segments, weights = data
    reference = DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=0)
    reference.fit(values, segments, sample_weight=weights)

    tree = trees.grown(values, segments, weights, leaves)

    found = trees.predicted_segments(tree, values)
    np.testing.assert_array_equal(found, reference.predict(values))


def test_values_that_single_precision_cannot_tell_apart_are_told_apart(trees):
    values = 1e9 + np.arange(20.0)[:, None]
    segments = (np.arange(20) >= 7).astype(int)

    tree = trees.grown(values, segments, np.ones(20), 2)

    assert (tree.low, tree.high) == (1e9 + 6, 1e9 + 7)
    np.testing.assert_array_equal(trees.predicted_segments(tree, values), segments)


def test_leaves_side_by_side_that_agree_are_one(trees):
    # The split lowers the impurity, but both leaves have the same majority.
    values = np.array([0.0, 1, 1])[:, None]
    tree = trees.grown(values, np.array([0, 0, 1]), np.array([9.0, 6.0, 5.0]), 2)

    assert tree == trees.Node(segment=0)


@modest
@given(data=examples())
def test_mean_f1_equals_that_of_scikit_learn(trees, data):
    _, segments, weights = data
    predicted = np.roll(segments, 3)
    reference = f1_score(segments, predicted, average="macro", sample_weight=weights)

    found = trees.mean_f1(predicted, segments, weights)

    assert found == pytest.approx(reference)


def test_three_groups_need_three_leaves(trees, groups):
    values = groups([[0, 0], [9, 0], [0, 9]], 30, 1.0, 3)
    segments = np.tile([0, 1, 2], 30)

    tree = trees.simplest_tree(values, segments, np.ones(90))

    assert len(splits(tree)) == 2
    np.testing.assert_array_equal(trees.predicted_segments(tree, values), segments)


@pytest.mark.parametrize(("stray", "leaves"), [(1, 2), (10, 3)])
def test_a_leaf_more_must_be_worth_it(trees, stray, leaves):
    """Put some customers of segment 0 on the other side of segment 1."""
    values = np.arange(3.0)[:, None]
    weights = np.array([100.0, 100.0, stray])

    tree = trees.simplest_tree(values, np.array([0, 1, 0]), weights)

    assert len(splits(tree)) + 1 == leaves


# Tests of round thresholds


@pytest.mark.parametrize(
    ("low", "high", "number"),
    [
        (39, 40, 40),
        (42, 43, 43),
        (42, 58, 50),
        (62, 98, 90),
        (57.13, 57.29, 57.2),
        (0.28, 0.29, 0.29),
        (0, 1, 1),
        (-3.2, -2.7, -3),
        (-5, 5, 0),
        (1e9 + 6, 1e9 + 7, 1e9 + 7),
        (2e-9, 4e-9, 4e-9),
    ],
)
def test_the_last_number_is_the_roundest_that_splits_exactly(trees, low, high, number):
    assert trees.round_numbers(low, high)[-1] == number


def test_round_numbers_come_from_coarse_to_fine(trees):
    assert trees.round_numbers(46, 47) == [
        *(0, 500),  # multiples of 500
        *(0, 100),  # multiples of 100
        *(50, 0),  # multiples of 50
        *(50, 40),  # multiples of 10
        *(45, 50),  # multiples of 5
        47,
    ]


@modest
@given(
    low=st.floats(-1e15, 1e15, allow_subnormal=False),
    distance=st.floats(1e-9, 1e9),
)
def test_numbers_have_few_digits_and_the_last_one_splits(trees, low, distance):
    high = low + distance
    assume(high - low > 1e-13 * max(abs(low), abs(high)))
    numbers = trees.round_numbers(low, high)

    assert low < numbers[-1] <= high
    assert all(float(f"{number:.15g}") == number for number in numbers)


@modest
@given(data=examples())
def test_rounding_costs_at_most_its_allowance_per_split(trees, data):
    values, segments, weights = data
    exact = trees.grown(values, segments, weights, 6)
    round_tree = trees.rounded(exact, values, segments, weights)

    def score(tree):
        found = trees.predicted_segments(tree, values)
        return trees.mean_f1(found, segments, weights)

    allowed = len(splits(exact)) * trees.ROUNDER_THRESHOLD
    assert score(round_tree) >= score(exact) - allowed - 1e-12


def test_a_rounder_threshold_may_cost_a_few_customers(trees):
    """Expect 40. Without a tolerance, the threshold would be 41."""
    ages = np.arange(20.0, 60.0)[:, None]
    segments = (ages[:, 0] >= 41).astype(int)
    weights = np.where(ages[:, 0] == 40, 1.0, 25.0)
    exact = trees.grown(ages, segments, weights, 2)

    assert exact.threshold == 41
    assert trees.rounded(exact, ages, segments, weights).threshold == 40
    expensive = np.full(40, 25.0)
    assert trees.rounded(exact, ages, segments, expensive).threshold == 41


def test_a_split_that_rounding_made_idle_is_left_out(trees):
    """Few customers are 40 years old. Rounding 41 to 40 leaves the next split empty."""
    ages = np.array([*range(20, 60), *range(100, 140)], dtype=float)[:, None]
    weights = np.where(ages[:, 0] == 40, 1.0, 25.0)
    segments = ((ages[:, 0] == 40) | (ages[:, 0] >= 100)).astype(int)
    leaves = [trees.Node(segment=segment) for segment in (0, 1)]
    old = trees.Node(None, 0, 59.0, 100.0, 100.0, *leaves)
    idle = trees.Node(None, 0, 39.0, 40.0, 40.0, *leaves)
    exact = trees.Node(None, 0, 40.0, 41.0, 41.0, idle, old)

    tree = trees.rounded(exact, ages, segments, weights)

    assert tree == trees.Node(None, 0, 40.0, 41.0, 40.0, leaves[0], old)
