"""Count what preparing the features is worth.

`python benchmarks/customer_tables.py` generates tables of the kinds that customers'
tables often are, chooses k as segmentation_quality does, for the table as it is and
prepared in another way, and writes into docs/choosing_k.md how often k is right and how
much the segments are like the groups. The same seeds give the same tables.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from choosing_k import (
    CLUSTERS,
    PAGE,
    SMALLEST_STABILITY,
    load_model,
    markdown,
    measure_candidates,
    rule_in_use,
    write,
)
from mixtures import MONEY_SPREAD, SEPARATIONS, chained_centers, standardized

BEGIN, END = "<!-- begin of the kinds -->", "<!-- end of the kinds -->"

# Weights and thresholds were fixed on seeds below 1,000.
FIRST_SEED = 5_000
TABLES = 12  # of each kind: every separation with every number of groups
CUSTOMERS = 1_000
GROUPS = (2, 3, 4, 6)

FAITHFULNESS = 0.8  # share of a group's customers who have the category of the group
IDLE = 0.1  # a feature is idle if the segments explain less of its variance
ZERO_SHARE = 0.4  # customers without any money, of every group alike


@dataclass(frozen=True)
class Table:
    """Customers in groups that are known.

    Attributes:
        numbers: (n, d) numeric features.
        labels: (n,) the group of each customer.
        categories: (n,) the category of each customer, 0, 1, ...; none: all 0.
    """

    numbers: np.ndarray
    labels: np.ndarray
    categories: np.ndarray


class Preparation(NamedTuple):
    """The points of the customers who take part, and which customers these are."""

    points: np.ndarray
    is_member: np.ndarray


# ---------- tables


def draw_groups(generator: np.random.Generator, at: int, features: int) -> Table:
    """Return normal groups of the same size; `at` goes through all separations and
    numbers of groups.
    """
    groups = GROUPS[at % len(GROUPS)]
    separation = list(SEPARATIONS.values())[at % len(SEPARATIONS)]
    centers = chained_centers(generator, groups, features, separation)
    labels = np.arange(CUSTOMERS) % groups
    numbers = centers[labels] + generator.normal(size=(CUSTOMERS, features))
    return Table(numbers, labels, np.zeros(CUSTOMERS, dtype=int))


def with_category(generator: np.random.Generator, at: int) -> Table:
    """Return groups with a category of two to four levels. Most customers have that of
    their group, the others any.
    """
    table = draw_groups(generator, at, int(generator.integers(2, 4)))
    levels = int(generator.integers(2, 5))
    own = table.labels % levels
    chance = generator.integers(levels, size=CUSTOMERS)
    is_own = generator.random(CUSTOMERS) < FAITHFULNESS
    return Table(table.numbers, table.labels, np.where(is_own, own, chance))


def with_flags(generator: np.random.Generator, at: int) -> Table:
    """Return groups with two columns of 0 and 1. In every group a share of its own, 10
    to 90 %, has the 1.
    """
    table = draw_groups(generator, at, int(generator.integers(2, 4)))
    shares = generator.uniform(0.1, 0.9, size=(table.labels.max() + 1, 2))
    flags = generator.random((CUSTOMERS, 2)) < shares[table.labels]
    return Table(np.hstack([table.numbers, flags]), table.labels, table.categories)


def with_idle_features(generator: np.random.Generator, at: int) -> Table:
    """Return groups in two or three features beside one to four of noise."""
    table = draw_groups(generator, at, int(generator.integers(2, 4)))
    noise = generator.normal(size=(CUSTOMERS, int(generator.integers(1, 5))))
    return Table(np.hstack([table.numbers, noise]), table.labels, table.categories)


def with_money(generator: np.random.Generator, at: int) -> Table:
    """Return groups of which all features are amounts, skewed as money is."""
    table = draw_groups(generator, at, int(generator.integers(2, 5)))
    money = 100 * np.exp(MONEY_SPREAD * standardized(table.numbers))
    return Table(money.round(2), table.labels, table.categories)


def with_zeros(generator: np.random.Generator, at: int) -> Table:
    """Return groups of amounts, in which ZERO_SHARE of the customers have bought
    nothing: their groups cannot be told, whatever the method.
    """
    table = with_money(generator, at)
    is_active = generator.random(CUSTOMERS) >= ZERO_SHARE
    return Table(
        table.numbers * is_active[:, None],
        np.where(is_active, table.labels, -1),
        table.categories,
    )


# ---------- preparations


def everybody(points: np.ndarray) -> Preparation:
    """Return points of which each is a customer who takes part."""
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
    """Return a preparation with the categories as the project writes them, at the
    weight that follows from the (levels,) shares of the categories.
    """

    def prepare(table: Table) -> Preparation:
        shares = np.bincount(table.categories) / len(table.categories)
        indicators = np.eye(len(shares))[table.categories]
        scale = np.sqrt(1 - (shares**2).sum())
        block = (indicators - shares) / scale * np.sqrt(weight(shares))
        return everybody(np.hstack([standardized(table.numbers), block]))

    return prepare


def flags_at(weight: float) -> Callable[[Table], Preparation]:
    """Return a preparation with the weight for each column of 0 and 1."""

    def prepare(table: Table) -> Preparation:
        points = standardized(table.numbers)
        is_flag = ((table.numbers == 0) | (table.numbers == 1)).all(axis=0)
        return everybody(points * np.where(is_flag, np.sqrt(weight), 1))

    return prepare


def huang(shares: np.ndarray) -> float:
    """Return the weight at which a customer of another category than the centroid's is
    half a variance of a number farther away, as in k-prototypes (Huang, 1998).
    """
    return (1 - (shares**2).sum()) / 4


class Segments(NamedTuple):
    """The chosen k, and the segment of each customer who takes part."""

    clusters: int
    labels: np.ndarray


def segment(model: SimpleNamespace, points: np.ndarray, seed: int) -> Segments:
    """Return the segments that segmentation_quality would choose."""
    distinct, rows, counts = np.unique(
        points, axis=0, return_inverse=True, return_counts=True
    )
    weights = counts.astype(float)
    figures, labelings = measure_candidates(model, distinct, weights, seed)
    labels_of = dict(zip(CLUSTERS, labelings, strict=True))

    def is_found_again(k: int) -> bool:
        _, similarities = model.stability(distinct, weights, labels_of[k], k, seed)
        return similarities.min() >= SMALLEST_STABILITY

    seen = SimpleNamespace(clusters=np.array(CLUSTERS), **figures)
    chosen = rule_in_use(seen, is_found_again)
    return Segments(chosen, labels_of[chosen][rows.ravel()])


def explained_shares(points: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the (d,) shares of variance that segments explain (eta squared)."""
    sizes = np.bincount(labels)
    means = np.array([np.bincount(labels, column) / sizes for column in points.T])
    between = (sizes * (means - points.mean(axis=0)[:, None]) ** 2).sum(axis=1)
    return between / (len(points) * points.var(axis=0))


def without_idle(model: SimpleNamespace, points: np.ndarray, seed: int) -> Segments:
    """Return the segments after the features are left out of which the first ones
    explain less than IDLE.
    """
    first = segment(model, points, seed)
    is_kept = explained_shares(points, first.labels) >= IDLE
    if is_kept.all() or not is_kept.any():
        return first
    return segment(model, points[:, is_kept], seed)


class Way(NamedTuple):
    """A way to prepare a kind of table and to segment it."""

    name: str
    prepare: Callable[[Table], Preparation]
    segment: Callable[[SimpleNamespace, np.ndarray, int], Segments] = segment


KINDS: dict[str, tuple[Callable[[np.random.Generator, int], Table], list[Way]]] = {
    "a category": (
        with_category,
        [
            Way("weight 1", one_hot(lambda _: 1.0)),
            Way("weight 0.5", one_hot(lambda _: 0.5)),
            Way("weight 0.25", one_hot(lambda _: 0.25)),
            Way("k-prototypes' weight", one_hot(huang)),
            Way("left out", as_numbers),
        ],
    ),
    "columns of 0 and 1": (
        with_flags,
        [
            Way("weight 1", flags_at(1.0)),
            Way("weight 0.25", flags_at(0.25)),
        ],
    ),
    "idle features": (
        with_idle_features,
        [
            Way("as they are", as_numbers),
            Way("idle ones left out", as_numbers, without_idle),
        ],
    ),
    "money": (with_money, [Way("as it is", as_numbers), Way("log", logged)]),
    "money with zeros": (
        with_zeros,
        [Way("log", logged), Way("log, the active only", active_only)],
    ),
}


# ---------- the counts


class Outcome(NamedTuple):
    """What one way made of one table."""

    kind: str
    way: str
    groups: int
    clusters: int
    agreement: float


def run(
    model: SimpleNamespace, kinds: Sequence[str], tables: int, first_seed: int
) -> list[Outcome]:
    """Return what every way makes of every table of the kinds."""
    from sklearn.metrics import adjusted_rand_score
    from threadpoolctl import threadpool_limits

    outcomes = []
    with threadpool_limits(1):
        for kind in kinds:
            draw, ways = KINDS[kind]
            for at in range(tables):
                seed = first_seed + at
                generator = np.random.default_rng([seed, list(KINDS).index(kind)])
                table = draw(generator, at)
                for way in ways:
                    points, is_member = way.prepare(table)
                    found = way.segment(model, points, seed)
                    labels = table.labels[is_member]
                    known = labels >= 0
                    outcomes.append(
                        Outcome(
                            kind,
                            way.name,
                            # who has bought nothing is a segment, too
                            len(np.unique(labels)),
                            found.clusters,
                            adjusted_rand_score(labels[known], found.labels[known]),
                        )
                    )
                print(f"\r{kind}: {at + 1} of {tables}   ", end="", file=sys.stderr)
    print(file=sys.stderr)
    return outcomes


def table_of(outcomes: Sequence[Outcome]) -> str:
    """Return one row per kind and way."""
    rows = []
    for kind, way in dict.fromkeys((item.kind, item.way) for item in outcomes):
        mine = [item for item in outcomes if (item.kind, item.way) == (kind, way)]
        errors = np.array([item.clusters - item.groups for item in mine])
        rows.append(
            (
                kind,
                way,
                f"{(errors == 0).sum()} of {len(mine)}",
                f"{errors.mean() + 0.0:+.2f}",
                f"{np.mean([item.agreement for item in mine]):.2f}",
            )
        )
    return markdown(("kind", "prepared", "right k", "mean error", "agreement"), rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and write or print its results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--tables", type=int, default=TABLES)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--print", action="store_true", help="leave the page alone")
    options = parser.parse_args(arguments)
    outcomes = run(load_model(), options.kinds, options.tables, options.first_seed)
    results = table_of(outcomes)
    if options.print:
        print(results)
    else:
        last = options.first_seed + options.tables - 1
        heading = f"{options.tables} tables of each kind, seeds {options.first_seed} to"
        write(f"{heading} {last}:\n\n{results}", PAGE, BEGIN, END)


if __name__ == "__main__":
    main()
