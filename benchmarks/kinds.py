"""Common kinds of customer tables, with known groups.

`customer_tables.py` compares ways to prepare the features on these tables.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from mixtures import MONEY_SPREAD, SEPARATIONS, chained_centers, standardized

CUSTOMERS = 1_000
GROUPS = (2, 3, 4, 6)
NESTED_GROUPS = (4, 6)
MANY_CUSTOMERS = (2_000, 6_000, 20_000)

FAITHFULNESS = 0.8  # share of a group's customers who have the category of the group
ZERO_SHARE = 0.4  # customers who bought nothing, in every group
# Noise of a copy, in standard deviations: its correlation with the original is 0.97.
ECHO = 0.25
STRANGERS = 0.15  # share of customers who belong to no group
COPIES = 0.5  # share of customers who are copies of ORIGINALS customers
ORIGINALS = 30

NO_MONEY, STRANGER = -1, -2


@dataclass(frozen=True)
class Table:
    """Customers whose groups are known.

    Attributes:
        numbers: (n, d) numeric features.
        labels: (n,) the group of each customer. NO_MONEY is a segment of customers
            whose groups cannot be told; a STRANGER is in no group.
        categories: (n,) the category of each customer, 0, 1, ...; all 0 if there are no
            categories.
    """

    numbers: np.ndarray
    labels: np.ndarray
    categories: np.ndarray


def draw_groups(
    generator: np.random.Generator, at: int, features: int, customers: int = CUSTOMERS
) -> Table:
    """Return normal groups of the same size. Successive `at` go through all separations
    and numbers of groups.
    """
    groups = GROUPS[at % len(GROUPS)]
    separation = list(SEPARATIONS.values())[at % len(SEPARATIONS)]
    centers = chained_centers(generator, groups, features, separation)
    labels = np.arange(customers) % groups
    numbers = centers[labels] + generator.normal(size=(customers, features))
    return Table(numbers, labels, np.zeros(customers, dtype=int))


def with_category(generator: np.random.Generator, at: int) -> Table:
    """Return groups with a category of two to four levels. Most customers have the
    category of their group, the others a random category.
    """
    table = draw_groups(generator, at, int(generator.integers(2, 4)))
    levels = int(generator.integers(2, 5))
    own = table.labels % levels
    chance = generator.integers(levels, size=CUSTOMERS)
    is_own = generator.random(CUSTOMERS) < FAITHFULNESS
    return Table(table.numbers, table.labels, np.where(is_own, own, chance))


def with_unrelated_category(generator: np.random.Generator, at: int) -> Table:
    """Return groups and a category of two to four levels, random in each group."""
    table = draw_groups(generator, at, int(generator.integers(2, 4)))
    levels = int(generator.integers(2, 5))
    categories = generator.integers(levels, size=CUSTOMERS)
    return Table(table.numbers, table.labels, categories)


def with_flags(generator: np.random.Generator, at: int) -> Table:
    """Return groups with two columns of 0 and 1. The share of 1 differs between groups,
    from 10 to 90 %.
    """
    table = draw_groups(generator, at, int(generator.integers(2, 4)))
    shares = generator.uniform(0.1, 0.9, size=(table.labels.max() + 1, 2))
    flags = generator.random((CUSTOMERS, 2)) < shares[table.labels]
    return Table(np.hstack([table.numbers, flags]), table.labels, table.categories)


def with_idle_features(generator: np.random.Generator, at: int) -> Table:
    """Return groups in two or three features, with one to four features of noise."""
    table = draw_groups(generator, at, int(generator.integers(2, 4)))
    noise = generator.normal(size=(CUSTOMERS, int(generator.integers(1, 5))))
    return Table(np.hstack([table.numbers, noise]), table.labels, table.categories)


def with_money(generator: np.random.Generator, at: int) -> Table:
    """Return groups whose features are all amounts, skewed as money is."""
    table = draw_groups(generator, at, int(generator.integers(2, 5)))
    money = 100 * np.exp(MONEY_SPREAD * standardized(table.numbers))
    return Table(money.round(2), table.labels, table.categories)


def with_zeros(generator: np.random.Generator, at: int) -> Table:
    """Return groups of amounts, in which ZERO_SHARE of the customers have bought
    nothing. No method can tell the groups of these customers.
    """
    table = with_money(generator, at)
    is_active = generator.random(CUSTOMERS) >= ZERO_SHARE
    return Table(
        table.numbers * is_active[:, None],
        np.where(is_active, table.labels, NO_MONEY),
        table.categories,
    )


def with_echoes(generator: np.random.Generator, at: int) -> Table:
    """Return groups in two or three features. The first feature has two copies with a
    little noise.
    """
    table = draw_groups(generator, at, int(generator.integers(2, 4)))
    first = table.numbers[:, :1]
    echoes = first + ECHO * generator.normal(size=(CUSTOMERS, 2)) * first.std()
    return Table(np.hstack([table.numbers, echoes]), table.labels, table.categories)


def nested(generator: np.random.Generator, at: int) -> Table:
    """Return pairs of groups: the groups of a pair are one separation apart, and pairs
    are at least two separations apart.
    """
    pairs = NESTED_GROUPS[at % len(NESTED_GROUPS)] // 2
    separation = list(SEPARATIONS.values())[at % len(SEPARATIONS)]
    features = int(generator.integers(2, 5))
    middles = chained_centers(generator, pairs, features, 3 * separation)
    apart = generator.normal(size=middles.shape)
    apart *= separation / 2 / np.linalg.norm(apart, axis=1, keepdims=True)
    centers = np.vstack([middles - apart, middles + apart])
    labels = np.arange(CUSTOMERS) % len(centers)
    numbers = centers[labels] + generator.normal(size=(CUSTOMERS, features))
    return Table(numbers, labels, np.zeros(CUSTOMERS, dtype=int))


def with_strangers(generator: np.random.Generator, at: int) -> Table:
    """Return groups with STRANGERS, who lie anywhere between the extremes."""
    table = draw_groups(generator, at, int(generator.integers(2, 5)))
    is_stranger = generator.random(CUSTOMERS) < STRANGERS
    lowest, highest = table.numbers.min(axis=0), table.numbers.max(axis=0)
    anywhere = generator.uniform(lowest, highest, table.numbers.shape)
    return Table(
        np.where(is_stranger[:, None], anywhere, table.numbers),
        np.where(is_stranger, STRANGER, table.labels),
        table.categories,
    )


def with_copies(generator: np.random.Generator, at: int) -> Table:
    """Return groups in which a share of COPIES of the customers has exactly the values
    of one of ORIGINALS customers.
    """
    table = draw_groups(generator, at, int(generator.integers(2, 5)))
    is_copy = generator.random(CUSTOMERS) < COPIES
    rows = np.where(
        is_copy, generator.integers(ORIGINALS, size=CUSTOMERS), np.arange(CUSTOMERS)
    )
    return Table(table.numbers[rows], table.labels[rows], table.categories)


def with_many_customers(generator: np.random.Generator, at: int) -> Table:
    """Return groups of up to 20,000 customers."""
    customers = MANY_CUSTOMERS[at // len(GROUPS) % len(MANY_CUSTOMERS)]
    return draw_groups(generator, at, int(generator.integers(2, 5)), customers)
