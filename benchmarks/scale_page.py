"""Writes the measurements of scale.py into docs/scale.md."""

from __future__ import annotations

import os
import platform
import statistics
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "scale.md"
PICTURE = ROOT / "docs" / "pictures" / "scale.svg"
BEGIN, END = "<!-- begin of the results -->", "<!-- end of the results -->"
YARDSTICK = "pandas, ten starts"


@dataclass(frozen=True)
class Run:
    """One run of one contender.

    Attributes:
        contender: name of the contender.
        rows: number of customers.
        wall: seconds from start to end of the process.
        cpu: seconds on all cores, user and system, of the process and its children.
        memory: largest resident set of the process and its children together, MB.
        clusters: chosen k.
        inertia: inertia of all standardized customers.
        load: load average of the machine just before the run.
    """

    contender: str
    rows: int
    wall: float
    cpu: float
    memory: float
    clusters: int
    inertia: float
    load: float


def median(runs: list[Run], figure: str) -> float:
    """Return the median of a figure over runs."""
    return statistics.median(getattr(run, figure) for run in runs)


def table(runs: list[Run]) -> str:
    """Return a Markdown table with a line per contender: medians over its runs."""
    by_contender: dict[str, list[Run]] = {}
    for run in runs:
        by_contender.setdefault(run.contender, []).append(run)
    yardstick = by_contender.get(YARDSTICK)
    best: dict[int, float] = {}
    for run in runs:
        best[run.clusters] = min(run.inertia, best.get(run.clusters, run.inertia))
    lines = [
        f"| | rounds | wall s | CPU s | memory MB | wall / {YARDSTICK} | k "
        "| inertia above the best |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for contender, mine in by_contender.items():
        wall = median(mine, "wall")
        ratio = f"{wall / median(yardstick, 'wall'):.2f}" if yardstick else ""
        excess = mine[0].inertia / best[mine[0].clusters] - 1
        lines.append(
            f"| {contender} | {len(mine)} | {wall:.1f} | {median(mine, 'cpu'):.1f} "
            f"| {median(mine, 'memory'):,.0f} | {ratio} | {mine[0].clusters} "
            f"| {excess:.1e} |"
        )
    return "\n".join(lines)


def costs(nodes: dict[str, dict[str, float]], most: int = 8) -> str:
    """Return a Markdown list of our most expensive nodes."""
    lines = []
    for contender, seconds in nodes.items():
        if not seconds:
            continue
        largest = sorted(seconds.items(), key=lambda item: -item[1])[:most]
        listed = ", ".join(f"{name} {value:.1f}" for name, value in largest)
        lines.append(
            f"- {contender}: {len(seconds)} nodes, {sum(seconds.values()):.1f} s; "
            f"{listed}"
        )
    return "\n".join(lines)


def draw(runs: list[Run]) -> None:
    """Draw wall seconds over customers, a line per contender."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "scale", "font.size": 9})
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4.2))
    for contender in dict.fromkeys(run.contender for run in runs):
        mine = [run for run in runs if run.contender == contender]
        rows = sorted({run.rows for run in mine})
        walls = [median([run for run in mine if run.rows == n], "wall") for n in rows]
        is_ours = contender.startswith("this project")
        axes.plot(
            rows,
            walls,
            marker="o",
            markersize=3,
            linewidth=2 if is_ours else 1,
            linestyle="-" if is_ours else "--",
            label=contender,
        )
    axes.set(xscale="log", yscale="log", xlabel="customers", ylabel="seconds")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8)
    figure.tight_layout()
    PICTURE.parent.mkdir(exist_ok=True)
    figure.savefig(PICTURE, metadata={"Date": None})


def report(runs: list[Run], nodes: dict[int, dict]) -> None:
    """Write the results into docs/scale.md."""
    loads = [run.load for run in runs]
    parts = [
        f"{platform.system()}, {os.cpu_count()} cores, "
        f"{psutil.virtual_memory().total / 2**30:.0f} GiB, Python "
        f"{platform.python_version()}; medians of the rounds; load average before a "
        f"run {min(loads):.1f} to {max(loads):.1f}.",
    ]
    for rows in sorted({run.rows for run in runs}):
        mine = [run for run in runs if run.rows == rows]
        parts += [
            f"### {rows:,} customers",
            table(mine),
            "Seconds within dbt, largest first:",
            costs(nodes[rows]),
        ]
    if len({run.rows for run in runs}) > 1:
        parts.append("![Seconds over customers](pictures/scale.svg)")
    text = PAGE.read_text("utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    PAGE.write_text(
        f"{before}{BEGIN}\n\n" + "\n\n".join(parts) + f"\n\n{END}{after}", "utf-8"
    )
