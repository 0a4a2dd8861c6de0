"""Criteria that choose the number of clusters from the curves over all k."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from curves import Curves

# The project's defaults.
MINIMUM_SHARE = 0.02
SMALLEST_STABILITY = 0.6  # of every segment: Hennig (2007)

ENOUGH_STRENGTH = 0.8


def clearest(seen: Curves) -> int:
    """Choose the k with the highest simplified silhouette, among the k whose smallest
    cluster is large enough, or among all k if there is no such k.
    """
    return by_clearness(seen)[0]


def by_clearness(seen: Curves) -> list[int]:
    """Return the k whose smallest cluster is large enough, or all k if there is no such
    k, from the highest to the lowest simplified silhouette.
    """
    large_enough = seen.smallest_share >= MINIMUM_SHARE
    if not large_enough.any():
        large_enough = ~large_enough
    order = np.argsort(-seen.simplified_silhouette[large_enough], kind="stable")
    return seen.clusters[large_enough][order].tolist()


def largest_or_clearest(seen: Curves, is_fit: np.ndarray) -> int:
    """Choose the largest k for which `is_fit` is true and whose smallest cluster is
    large enough, or the clearest k if there is no such k.
    """
    possible = seen.clusters[is_fit & (seen.smallest_share >= MINIMUM_SHARE)]
    return int(possible.max()) if len(possible) else clearest(seen)


def most_with_valleys(seen: Curves) -> int:
    """Choose the largest k with a valley between every two clusters."""
    return largest_or_clearest(seen, seen.smallest_valley >= 1)


def found_again_or_not(seen: Curves) -> int:
    """Choose the clearest k, unless a larger one has a valley between every two
    clusters.
    """
    return max(clearest(seen), most_with_valleys(seen))


def rule_in_use(seen: Curves, is_found_again: Callable[[int], bool]) -> int:
    """Choose as segmentation_quality does: like found_again_or_not, but only among the
    k whose clusters are all found again in resampled customers, if there is such a k.
    """
    possible = by_clearness(seen)
    chosen = next(filter(is_found_again, possible), possible[0])
    valleys = dict(zip(seen.clusters.tolist(), seen.smallest_valley, strict=True))
    has_large_ones = seen.smallest_share.max() >= MINIMUM_SHARE
    proven = [k for k in possible if has_large_ones and k > chosen and valleys[k] >= 1]
    return next(filter(is_found_again, sorted(proven, reverse=True)), chosen)


def prediction_strength(seen: Curves) -> int:
    """Choose the largest k on which two halves agree (Tibshirani and Walther, 2005)."""
    return largest_or_clearest(seen, seen.prediction_strength >= ENOUGH_STRENGTH)


def gap_statistic(seen: Curves) -> int:
    """Choose the smallest k whose gap is at least the next gap minus one standard
    error, or the largest k if there is none (Tibshirani, Walther and Hastie, 2001).
    """
    logs = np.log(seen.reference_inertias)
    gaps = logs.mean(axis=0) - np.log(seen.inertia)
    errors = logs.std(axis=0) * np.sqrt(1 + 1 / len(logs))
    enough = np.append(gaps[:-1] >= gaps[1:] - errors[1:], True)
    return int(seen.clusters[enough.argmax()])


def elbow(clusters: np.ndarray, inertia: np.ndarray) -> int:
    """Choose the k farthest below the line from the first to the last point of the
    inertia's curve (Satopaa, Albrecht, Irwin and Raghavan, 2011, without smoothing).
    """
    across = (clusters - clusters[0]) / (clusters[-1] - clusters[0])
    line = inertia[0] + across * (inertia[-1] - inertia[0])
    return int(clusters[(line - inertia).argmax()])


def elbow_from_one(seen: Curves) -> int:
    """Choose the elbow of the curve that begins with a single cluster."""
    return elbow(
        np.append(1, seen.clusters), np.append(seen.total_inertia, seen.inertia)
    )


IN_USE = "rule in use"
CRITERIA: dict[str, Callable[[Curves], int]] = {
    # An earlier rule, without the check that every segment is found again: see
    # docs/choosing_k.md.
    IN_USE: found_again_or_not,
    "without valleys": clearest,
    "valleys alone": most_with_valleys,
    "simplified silhouette": lambda seen: int(
        seen.clusters[seen.simplified_silhouette.argmax()]
    ),
    "silhouette": lambda seen: int(seen.clusters[seen.silhouette.argmax()]),
    "Davies-Bouldin": lambda seen: int(seen.clusters[seen.davies_bouldin.argmin()]),
    "Calinski-Harabasz": lambda seen: int(
        seen.clusters[seen.calinski_harabasz.argmax()]
    ),
    "gap statistic": gap_statistic,
    "prediction strength": prediction_strength,
    "elbow from 1": elbow_from_one,
    "elbow from 2": lambda seen: elbow(seen.clusters, seen.inertia),
}
