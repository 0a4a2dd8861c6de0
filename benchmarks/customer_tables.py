"""Count how often k is right after different preparations of the features.

`python benchmarks/customer_tables.py` generates common kinds of customer tables
(kinds.py), prepares them by default and in other ways, and chooses k as
segmentation_quality does. It writes into docs/choosing_k.md how often k is right and
how well the segments agree with the groups. The same seeds give the same tables.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import NamedTuple

import kinds as tables_of
import numpy as np
from choosing_k import PAGE, markdown, percent, wilson, write
from criteria import SMALLEST_STABILITY, rule_in_use
from curves import CLUSTERS, load_model, measure_candidates
from kinds import STRANGER, Table
from preparing import (
    Preparation,
    active_only,
    as_numbers,
    flags_at,
    huang,
    logged,
    one_hot,
    without_echoes,
)

BEGIN, END = "<!-- begin of the kinds -->", "<!-- end of the kinds -->"

# Weights and thresholds were fixed on seeds below 1,000.
FIRST_SEED = 5_000
TABLES = 12  # of each kind: all separations with all numbers of groups
IDLE = 0.1  # a feature is idle if the segments explain less of its variance


class Segments(NamedTuple):
    """The chosen k, and the segment of each customer in the segmentation."""

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
    """Segment, leave out the features of which these segments explain less than IDLE,
    and return the segments of a second run.
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


# The first way is the project's default. The order of the kinds decides their seeds.
KINDS: dict[str, tuple[Callable[[np.random.Generator, int], Table], list[Way]]] = {
    "a category": (
        tables_of.with_category,
        [
            Way("weight 0.25", one_hot(lambda _: 0.25)),
            Way("weight 1", one_hot(lambda _: 1.0)),
            Way("weight 0.5", one_hot(lambda _: 0.5)),
            Way("k-prototypes' weight", one_hot(huang)),
            Way("left out", as_numbers),
        ],
    ),
    "columns of 0 and 1": (
        tables_of.with_flags,
        [Way("weight 1", flags_at(1.0)), Way("weight 0.25", flags_at(0.25))],
    ),
    "idle features": (
        tables_of.with_idle_features,
        [
            Way("as they are", as_numbers),
            Way("idle ones left out", as_numbers, without_idle),
        ],
    ),
    "money": (
        tables_of.with_money,
        [Way("as it is", as_numbers), Way("log", logged)],
    ),
    "money with zeros": (
        tables_of.with_zeros,
        [
            Way("as it is", as_numbers),
            Way("log", logged),
            Way("log, the active only", active_only),
        ],
    ),
    "correlated features": (
        tables_of.with_echoes,
        [Way("as they are", as_numbers), Way("one of them kept", without_echoes)],
    ),
    "nested groups": (tables_of.nested, [Way("as they are", as_numbers)]),
    "background noise": (tables_of.with_strangers, [Way("as it is", as_numbers)]),
    "copies": (tables_of.with_copies, [Way("as they are", as_numbers)]),
    "many customers": (tables_of.with_many_customers, [Way("as they are", as_numbers)]),
    "an unrelated category": (
        tables_of.with_unrelated_category,
        [
            Way("weight 0.25", one_hot(lambda _: 0.25)),
            Way("weight 1", one_hot(lambda _: 1.0)),
            Way("left out", as_numbers),
        ],
    ),
}


# ---------- the counts


class Outcome(NamedTuple):
    """The result of one way to prepare one table."""

    kind: str
    way: str
    groups: int
    clusters: int
    agreement: float


def run(
    model: SimpleNamespace, kinds: Sequence[str], tables: int, first_seed: int
) -> list[Outcome]:
    """Return the result of every way for every table of the kinds."""
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
                            len(set(labels.tolist()) - {STRANGER}),
                            found.clusters,
                            adjusted_rand_score(labels[known], found.labels[known]),
                        )
                    )
                print(f"\r{kind}: {at + 1} of {tables}   ", end="", file=sys.stderr)
    print(file=sys.stderr)
    return outcomes


class Counts(NamedTuple):
    """The number of tables on which k is right, and the mean error of k."""

    right: int
    tables: int
    error: float
    agreement: float

    def cells(self) -> tuple[str, str, str]:
        """Return the cells of a row."""
        error = f"{self.error + 0.0:+.2f}"
        return f"{self.right} of {self.tables}", error, f"{self.agreement:.2f}"


def count(outcomes: Sequence[Outcome]) -> Counts:
    """Return the counts of some outcomes."""
    errors = np.array([item.clusters - item.groups for item in outcomes])
    return Counts(
        int((errors == 0).sum()),
        len(errors),
        float(errors.mean()),
        float(np.mean([item.agreement for item in outcomes])),
    )


def report(outcomes: Sequence[Outcome], seeds: range) -> str:
    """Return the results as Markdown: first with the default preparation, the kinds
    where the rule is weakest first, then with every preparation.
    """
    plain = [item for item in outcomes if item.way == KINDS[item.kind][1][0].name]
    kinds = dict.fromkeys(item.kind for item in outcomes)
    counts = {kind: count([x for x in plain if x.kind == kind]) for kind in kinds}
    weakest_first = sorted(kinds, key=lambda kind: counts[kind].right)
    right, tables, *_ = everything = count(plain)
    low, high = (round(100 * bound) for bound in wilson(right, tables))
    ways = dict.fromkeys((item.kind, item.way) for item in outcomes)
    header = ("right k", "mean error", "agreement")
    return "\n\n".join(
        [
            f"{len(seeds)} tables of each kind, seeds {seeds[0]} to {seeds[-1]}. As "
            f"they come, k is right on {percent(right / tables)} ({low} to {high}):",
            markdown(
                ("kind", *header),
                [
                    *((kind, *counts[kind].cells()) for kind in weakest_first),
                    ("**all**", *everything.cells()),
                ],
            ),
            "The same tables, prepared:",
            markdown(
                ("kind", "prepared", *header),
                [
                    (*way, *count([x for x in outcomes if x[:2] == way]).cells())
                    for way in ways
                    if len(KINDS[way[0]][1]) > 1
                ],
            ),
        ]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and write or print its results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--tables", type=int, default=TABLES)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--print", action="store_true", help="leave the page alone")
    options = parser.parse_args(arguments)
    seeds = range(options.first_seed, options.first_seed + options.tables)
    outcomes = run(load_model(), options.kinds, options.tables, options.first_seed)
    results = report(outcomes, seeds)
    if options.print:
        print(results)
    else:
        write(results, PAGE, BEGIN, END)


if __name__ == "__main__":
    main()
