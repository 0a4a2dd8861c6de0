"""Each criterion chooses the right number of clusters on hand-made curves."""

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
        # The smallest cluster of k = 4 has 1.9 %, which is too small; 2 % is large
        # enough.
        ("rule in use", 5),  # only k = 3 has valleys, and it is smaller
        ("without valleys", 5),
        ("valleys alone", 3),
        ("prediction strength", 3),
        ("simplified silhouette", 4),
        ("silhouette", 5),
        ("Davies-Bouldin", 3),
        ("Calinski-Harabasz", 5),
        # The depths below the line from 400 to 10 are 0, 202.5, 165, 77.5 and 0.
        ("elbow from 1", 2),
        # The depths below the line from 100 to 10 are 0, 30, 10 and 0.
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
        ({2, 3}, 3),  # the highest silhouette of the k found again
        ({2, 3, 4}, 4),  # found again, and has valleys
        ({2, 3, 5}, 5),
        ({2, 3, 4, 5}, 5),
        (set(), 4),  # the highest silhouette of all k
    ]:
        assert criteria.rule_in_use(large, found_again.__contains__) == k
    # k = 4 has too small a cluster. The largest k counts only if it is found again.
    assert criteria.rule_in_use(seen, {2, 3, 4}.__contains__) == 3
    assert criteria.rule_in_use(seen, {2, 3, 4, 5}.__contains__) == 5


@pytest.mark.parametrize(
    ("gaps", "k"),
    [
        # Two references differ by 0.1 from their mean: s = 0.1 x root(3/2) = 0.1225.
        ([0.2, 0.6, 0.5, 0.4], 3),
        ([0.49, 0.6, 0.5, 0.4], 2),  # 0.11 below the gap of k = 3: within s
        ([0.47, 0.6, 0.5, 0.4], 3),  # 0.13 below the gap of k = 3: more than s
        ([0.1, 0.3, 0.5, 0.7], 5),  # never within s, so the last k
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
