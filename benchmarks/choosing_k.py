"""Count how often each criterion finds the true number of groups.

`python benchmarks/choosing_k.py` generates mixtures with a known number of groups, lets
every criterion choose k from 2 to 10, and writes the counts into docs/choosing_k.md.
The same seeds give the same tables.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from criteria import CRITERIA, IN_USE
from curves import HALVINGS, REFERENCES, ROOT, curves, load_model
from mixtures import SEPARATIONS, SHAPES, mixture

PAGE = ROOT / "docs" / "choosing_k.md"
BEGIN, END = "<!-- begin of the results -->", "<!-- end of the results -->"

# The seeds from FIRST_SEED on were fixed before any criterion was run on them. Develop
# a new criterion on seeds below 1,000; the published results do not use them. Then
# measure it on seeds whose results nobody has seen: not below 1,168, and not 3,000 to
# 3,167.
FIRST_SEED = 3_000
DATA_SETS = 168  # every combination of shape, separation and number of groups


@dataclass(frozen=True)
class Outcome:
    """The k that every criterion chose for one data set."""

    shape: str
    separation: str
    groups: int
    choices: dict[str, int]


def wilson(right: int, total: int) -> tuple[float, float]:
    """Return the 95 % confidence interval of a share (Wilson, 1927)."""
    z = 1.959964
    share = right / total
    center = share + z**2 / (2 * total)
    margin = z * np.sqrt(share * (1 - share) / total + z**2 / (4 * total**2))
    scale = 1 + z**2 / total
    return float((center - margin) / scale), float((center + margin) / scale)


def percent(share: float) -> str:
    """Return a share as a whole percentage."""
    return f"{100 * share:.0f} %"


def markdown(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def errors_of(outcomes: Sequence[Outcome], criterion: str) -> np.ndarray:
    """Return chosen minus true k of every data set."""
    return np.array([item.choices[criterion] - item.groups for item in outcomes])


def overall_table(outcomes: Sequence[Outcome]) -> str:
    """Return one row per criterion: how often it is right, and its mean error. The last
    column compares it with the rule in use on the same data sets by the exact test of
    McNemar (1947).
    """
    from scipy.stats import binomtest

    ours = errors_of(outcomes, IN_USE) == 0
    rows = []
    for criterion in CRITERIA:
        errors = errors_of(outcomes, criterion)
        theirs = errors == 0
        low, high = wilson(int(theirs.sum()), len(errors))
        better, worse = int((theirs & ~ours).sum()), int((ours & ~theirs).sum())
        probability = binomtest(better, max(better + worse, 1)).pvalue
        if better + worse == 0:
            probability = 1.0
        rows.append(
            (
                f"**{criterion}**" if criterion == IN_USE else criterion,
                f"{percent(theirs.mean())} ({100 * low:.0f} to {100 * high:.0f})",
                percent((abs(errors) <= 1).mean()),
                f"{errors.mean() + 0.0:+.2f}",
                ""
                if criterion == IN_USE
                else f"{better} : {worse} (p {probability:.3f})".replace(
                    "(p 0.000)", "(p < 0.001)"
                ),
            )
        )
    header = ("criterion", "right", "within one", "mean error", "only it : only rule")
    return markdown(header, rows)


def family_table(outcomes: Sequence[Outcome]) -> str:
    """Return one row per shape and per separation, with the share of right choices."""
    families = {
        **{name: [x for x in outcomes if x.shape == name] for name in SHAPES},
        **{name: [x for x in outcomes if x.separation == name] for name in SEPARATIONS},
    }
    rows = [
        (
            name,
            len(members),
            *(percent((errors_of(members, key) == 0).mean()) for key in CRITERIA),
        )
        for name, members in families.items()
        if members
    ]
    return markdown(("family", "data sets", *CRITERIA), rows)


def report(outcomes: Sequence[Outcome], seeds: range) -> str:
    """Return the results as Markdown."""
    return "\n\n".join(
        [
            f"{len(seeds)} data sets, seeds {seeds[0]} to {seeds[-1]}:",
            overall_table(outcomes),
            "Right, by shape and by separation:",
            family_table(outcomes),
        ]
    )


def run(
    model: SimpleNamespace,
    seeds: Sequence[int],
    references: int = REFERENCES,
    halvings: int = HALVINGS,
) -> list[Outcome]:
    """Return the choices of every criterion for the data set of every seed.

    K-means runs on one thread: with more threads, its last bits depend on the load.
    """
    import sklearn.cluster  # noqa: F401  only loaded thread pools are limited
    from threadpoolctl import threadpool_limits

    outcomes = []
    with threadpool_limits(1):
        for seed in seeds:
            data = mixture(seed)
            seen = curves(model, data.values, seed, references, halvings)
            choices = {name: choose(seen) for name, choose in CRITERIA.items()}
            outcomes.append(Outcome(data.shape, data.separation, data.groups, choices))
            print(f"\r{len(outcomes)} of {len(seeds)}", end="", file=sys.stderr)
    print(file=sys.stderr)
    return outcomes


def write(results: str, page: Path, begin: str = BEGIN, end: str = END) -> None:
    """Put the results between the two markers of a page."""
    before, rest = page.read_text(encoding="utf-8").split(begin)
    after = rest.split(end)[1]
    text = f"{before}{begin}\n\n{results}\n\n{end}{after}"
    page.write_text(text, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and write or print its results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-sets", type=int, default=DATA_SETS)
    parser.add_argument("--print", action="store_true", help="leave the page alone")
    options = parser.parse_args(arguments)
    seeds = range(FIRST_SEED, FIRST_SEED + options.data_sets)
    results = report(run(load_model(), seeds), seeds)
    if options.print:
        print(results)
    else:
        write(results, PAGE)


if __name__ == "__main__":
    main()
