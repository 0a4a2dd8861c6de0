"""Ways to prepare a table of customers before it is segmented."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from kinds import Table
from mixtures import standardized

ECHOING = 0.95  # the correlation from which warn_of_redundant_features warns


class Preparation(NamedTuple):
    """The points of customers in the segmentation, and which customers these are."""

    points: np.ndarray
    is_member: np.ndarray


def everybody(points: np.ndarray) -> Preparation:
    """Return points, each of which is a customer in the segmentation."""
    return Preparation(points, np.ones(len(points), dtype=bool))


def as_numbers(table: Table) -> Preparation:
    """Return the standardized numbers."""
    return everybody(standardized(table.numbers))


def logged(table: Table) -> Preparation:
    """Return the numbers after transform: log."""
    return everybody(standardized(np.log1p(table.numbers)))


def active_only(table: Table) -> Preparation:
    """Return the customers with an amount above 0, after transform: log."""
    is_active = (table.numbers > 0).all(axis=1)
    return Preparation(standardized(np.log1p(table.numbers[is_active])), is_active)


def one_hot(weight: Callable[[np.ndarray], float]) -> Callable[[Table], Preparation]:
    """Return a preparation that encodes the categories as the project does, with a
    weight that depends on the (levels,) shares of the categories.
    """

    def prepare(table: Table) -> Preparation:
        shares = np.bincount(table.categories) / len(table.categories)
        indicators = np.eye(len(shares))[table.categories]
        scale = np.sqrt(1 - (shares**2).sum())
        block = (indicators - shares) / scale * np.sqrt(weight(shares))
        return everybody(np.hstack([standardized(table.numbers), block]))

    return prepare


def flags_at(weight: float) -> Callable[[Table], Preparation]:
    """Return a preparation that gives each column of 0 and 1 the weight."""

    def prepare(table: Table) -> Preparation:
        points = standardized(table.numbers)
        is_flag = ((table.numbers == 0) | (table.numbers == 1)).all(axis=0)
        return everybody(points * np.where(is_flag, np.sqrt(weight), 1))

    return prepare


def huang(shares: np.ndarray) -> float:
    """Return the weight of k-prototypes (Huang, 1998): another category than the
    centroid's adds half the variance of a number to the squared distance.
    """
    return (1 - (shares**2).sum()) / 4


def without_echoes(table: Table) -> Preparation:
    """Return the numbers without those highly correlated with an earlier one."""
    points = standardized(table.numbers)
    is_echo = np.triu(abs(np.corrcoef(points.T)) > ECHOING, 1).any(axis=0)
    return everybody(points[:, ~is_echo])
