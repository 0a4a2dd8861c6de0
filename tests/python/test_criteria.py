"""Each criterion picks the right number of clusters of a hand-made curve."""

from dataclasses import replace

import criteria
import numpy as np
import pytest
from curves import Curves


@pytest.fixture
def seen():
    """Curves over k = 2..5 on which the criteria disagree."""
    return Curves(
        clusters=np.array([2, 3, 4, 5]),
        simplified_silhouette=np.array([0.3, 0.4, 0.6, 0.5]),
        silhouette=np.array([0.3, 0.2, 0.1, 0.4]),
        davies_bouldin=np.array([0.9, 0.5, 0.6, 0.7]),
        calinski_harabasz=np.array([90.0, 80.0, 70.0, 95.0]),
        smallest_share=np.array([0.3, 0.2, 0.019, 0.02]),
        smallest_valley=np.array([0.9, 1.0, 2.0, 0.99]),
        prediction_strength=np.array([0.9, 0.8, 0.85, 0.79]),
        inertia=np.array([100.0, 40.0, 30.0, 10.0]),
        total_inertia=400.0,
        reference_inertias=np.ones((2, 4)),
    )


@pytest.mark.parametrize(
    ("criterion", "k"),
    [
        # k = 4 has a cluster of 1.9 %, which is too small; 2 % is large enough
        ("rule in use", 5),  # with valleys, only k = 3, which is smaller
        ("without valleys", 5),
        ("valleys alone", 3),
        ("prediction strength", 3),
        ("simplified silhouette", 4),
        ("silhouette", 5),
        ("Davies-Bouldin", 3),
        ("Calinski-Harabasz", 5),
        # depths below the line from 400 to 10: 0, 202.5, 165, 77.5, 0
        ("elbow from 1", 2),
        # depths below the line from 100 to 10: 0, 30, 10, 0
        ("elbow from 2", 3),
    ],
)
def test_criterion_picks_the_best_of_a_hand_made_curve(seen, criterion, k):
    assert criteria.CRITERIA[criterion](seen) == k


def test_rule_falls_back_on_all_k_if_none_is_large_enough(seen):
    tiny = replace(seen, smallest_share=np.full(4, 0.01))
    assert criteria.found_again_or_not(tiny) == 4
    assert criteria.most_with_valleys(tiny) == 4


def test_rule_prefers_fewer_clusters_among_equals(seen):
    equals = replace(
        seen,
        simplified_silhouette=np.array([0.1, 0.5, 0.5, 0.5]),
        smallest_share=np.full(4, 0.1),
        smallest_valley=np.zeros(4),
    )
    assert criteria.found_again_or_not(equals) == 3


def test_rule_takes_the_largest_k_with_valleys_above_the_clearest(seen):
    large = replace(seen, smallest_share=np.full(4, 0.1))
    assert criteria.clearest(large) == 4
    for valleys, k in [
        ([2, 2, 2, 1], 5),
        ([2, 2, 2, 0.99], 4),
        ([2, 0, 0, 0], 4),
        ([0, 0, 0, 0], 4),
    ]:
        proven = replace(large, smallest_valley=np.array(valleys))
        assert criteria.found_again_or_not(proven) == k


def test_rule_takes_what_is_found_again_if_anything_is(seen):
    large = replace(
        seen, smallest_share=np.full(4, 0.1), smallest_valley=np.array([0, 0, 2, 2])
    )
    for found_again, k in [
        ({2, 3}, 3),  # the highest silhouette of those found again
        ({2, 3, 4}, 4),  # has valleys, too
        ({2, 3, 5}, 5),
        ({2, 3, 4, 5}, 5),
        (set(), 4),  # the highest of all
    ]:
        assert criteria.rule_in_use(large, found_again.__contains__) == k
    # 4 clusters are too small, and the largest k counts only where it is found again
    assert criteria.rule_in_use(seen, {2, 3, 4}.__contains__) == 3
    assert criteria.rule_in_use(seen, {2, 3, 4, 5}.__contains__) == 5


@pytest.mark.parametrize(
    ("gaps", "k"),
    [
        # Two references differ by 0.1 to either side: s = 0.1 x root(3/2) = 0.1225.
        ([0.2, 0.6, 0.5, 0.4], 3),
        ([0.49, 0.6, 0.5, 0.4], 2),  # 0.11 less than at 3, which is within s
        ([0.47, 0.6, 0.5, 0.4], 3),  # 0.13 less, which is more than s
        ([0.1, 0.3, 0.5, 0.7], 5),  # never within s: the last k
    ],
)
def test_gap_statistic_is_that_of_hand_made_inertias(seen, gaps, k):
    logs, spread = np.array([4.0, 3.0, 2.5, 2.0]), np.array([0, 0.1, 0.1, 0.1])
    curves = replace(
        seen,
        inertia=np.exp(logs - gaps),
        reference_inertias=np.exp([logs - spread, logs + spread]),
    )

    assert criteria.gap_statistic(curves) == k
