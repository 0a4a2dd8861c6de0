"""Count how often each criterion finds the true number of groups.

`python benchmarks/choosing_k.py` generates mixtures of which the number of groups is
known, lets every criterion choose k from 2 to 10, and writes the counts into
docs/choosing_k.md. The fits and indices are those of the project's own models of
candidates in models/learn; what is judged here is what is in use. The same seeds give
the same tables.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from mixtures import SEPARATIONS, SHAPES, mixture, standardized

ROOT = Path(__file__).resolve().parents[1]
MODELS = (
    "candidate_silhouettes",
    "candidate_stabilities",
    "candidate_valleys",
    "kmeans_candidates",
)
PAGE = ROOT / "docs" / "choosing_k.md"
BEGIN, END = "<!-- begin of the results -->", "<!-- end of the results -->"

# The seeds that are reported were fixed before any criterion was run on them. Whoever
# works on a rule does so on seeds below 1,000, which no table uses, and reports it on
# seeds that nobody has looked at: those up to 1,167 are known.
FIRST_SEED = 3_000
DATA_SETS = 168  # every shape at every separation with every number of groups

# The project's defaults.
CLUSTERS = range(2, 11)
RESTARTS = 20
MINIMUM_SHARE = 0.02
SMALLEST_STABILITY = 0.6  # of each segment, Hennig (2007)

REFERENCES = 10
REFERENCE_RESTARTS = 10
HALVINGS = 5
HALVING_RESTARTS = 5
ENOUGH_STRENGTH = 0.8


@dataclass(frozen=True)
class Curves:
    """What the criteria see: one figure for every k of `clusters`.

    Attributes:
        clusters: the numbers of clusters, ascending.
        simplified_silhouette: higher is better.
        silhouette: higher is better.
        davies_bouldin: lower is better.
        calinski_harabasz: higher is better.
        smallest_share: share of customers in the smallest cluster.
        smallest_valley: 1 or more if there is a valley between every two clusters.
        prediction_strength: how well one half of the customers predicts the other.
        inertia: sum of squared distances to the nearest center.
        total_inertia: the inertia of a single cluster.
        reference_inertias: (references, k) inertias of uniform data.
    """

    clusters: np.ndarray
    simplified_silhouette: np.ndarray
    silhouette: np.ndarray
    davies_bouldin: np.ndarray
    calinski_harabasz: np.ndarray
    smallest_share: np.ndarray
    smallest_valley: np.ndarray
    prediction_strength: np.ndarray
    inertia: np.ndarray
    total_inertia: float
    reference_inertias: np.ndarray


@dataclass(frozen=True)
class Outcome:
    """The k that every criterion chose for one data set."""

    shape: str
    separation: str
    groups: int
    choices: dict[str, int]


# ---------- what the criteria see


def load_model() -> SimpleNamespace:
    """Return the functions of the Python models in use, which are no package."""
    functions = {}
    for name in MODELS:
        file = ROOT / "models" / "learn" / f"{name}.py"
        spec = importlib.util.spec_from_file_location(name, file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        functions |= vars(module)
    return SimpleNamespace(**functions)


def uniform_references(
    vectors: np.ndarray, weights: np.ndarray, references: int, seed: int
) -> list[np.ndarray]:
    """Return data without groups to compare with: as many customers, uniform over a
    box along the principal components (Tibshirani, Walther and Hastie, 2001, 4b). The
    box is not turned back: K-means does not notice.
    """
    generator = np.random.default_rng([seed, 1])  # the data set was drawn from `seed`
    centered = vectors - np.average(vectors, axis=0, weights=weights)
    _, axes = np.linalg.eigh((centered * weights[:, None]).T @ centered)
    turned = centered @ axes
    shape = (int(weights.sum()), vectors.shape[1])
    return [
        generator.uniform(turned.min(axis=0), turned.max(axis=0), shape)
        for _ in range(references)
    ]


def inertias(
    model: SimpleNamespace,
    vectors: np.ndarray,
    clusters: Sequence[int],
    restarts: int,
    seed: int,
) -> list[float]:
    """Return the inertia of unweighted vectors for each number of clusters."""
    weights = np.ones(len(vectors))
    return [
        model.inertia(
            model.distances(vectors, model.fit(vectors, weights, k, restarts, seed)),
            weights,
        )
        for k in clusters
    ]


def prediction_strengths(
    model: SimpleNamespace,
    customers: np.ndarray,
    clusters: Sequence[int],
    halvings: int,
    seed: int,
) -> np.ndarray:
    """Return, for each number of clusters, how often two customers of one half that
    share a cluster also share one of the other half, in the cluster where that is
    rarest: the mean over random halvings (Tibshirani and Walther, 2005).
    """
    generator = np.random.default_rng([seed, 2])
    strengths = np.zeros((halvings, len(clusters)))
    for halving in range(halvings):
        halves = np.array_split(generator.permutation(customers), 2)
        for at, k in enumerate(clusters):
            others, own = (
                model.distances(
                    halves[1],
                    model.fit(half, np.ones(len(half)), k, HALVING_RESTARTS, seed),
                ).argmin(axis=1)
                for half in halves
            )
            table = np.bincount(own * k + others, minlength=k * k).reshape(k, k)
            sizes = table.sum(axis=1)
            together = (table * (table - 1)).sum(axis=1)
            pairs = np.maximum(sizes * (sizes - 1), 1)
            strengths[halving, at] = (together / pairs).min()
    return strengths.mean(axis=0)


def measure_candidates(
    model: SimpleNamespace, points: np.ndarray, weights: np.ndarray, seed: int
) -> tuple[dict[str, np.ndarray], list[np.ndarray]]:
    """Fit K-means at every k of CLUSTERS and measure what it costs little to measure.

    Args:
        model: from `load_model`.
        points: (n, d) distinct points.
        weights: (n,) customers at each.
        seed: of the starts.

    Returns:
        (k,) figures by their names in Curves, and for each k the (n,) labels.
    """
    rows, labelings = [], []
    places, point_of = model.spread_out(points, weights, seed)
    for k in CLUSTERS:
        centroids = model.fit(points, weights, k, RESTARTS, seed)
        to_centroids = model.distances(points, centroids)
        labels = to_centroids.argmin(axis=1)
        within = model.inertia(to_centroids, weights)
        sizes = np.bincount(labels, weights, k)
        simplified = model.simplified_silhouette(to_centroids, weights)
        rows.append(
            {
                "simplified_silhouette": simplified,
                "davies_bouldin": model.davies_bouldin(
                    to_centroids, labels, weights, centroids
                ),
                "calinski_harabasz": model.calinski_harabasz(
                    within, points, weights, k
                ),
                "smallest_share": sizes.min() / sizes.sum(),
                "smallest_valley": model.smallest_valley(
                    places, point_of, labels, centroids
                ),
                "inertia": within,
            }
        )
        labelings.append(labels)
    # NaN where there is no index
    names = rows[0]
    return {
        name: np.array([row[name] for row in rows], dtype=float) for name in names
    }, labelings


def curves(
    model: SimpleNamespace,
    values: np.ndarray,
    seed: int,
    references: int = REFERENCES,
    halvings: int = HALVINGS,
) -> Curves:
    """Return all that the criteria see of a table of customers.

    Args:
        model: from `load_model`.
        values: (n, d) features; they are standardized, and equal rows become one
            point with a weight, as in the project.
        seed: of the starts and of the references.
        references: how many uniform data sets the gap statistic compares with.
        halvings: how many halvings the prediction strength is the mean of.
    """
    points, counts = np.unique(standardized(values), axis=0, return_counts=True)
    weights = counts.astype(float)
    figures, labelings = measure_candidates(model, points, weights, seed)
    uniform = uniform_references(points, weights, references, seed)
    center = np.average(points, axis=0, weights=weights)
    return Curves(
        clusters=np.array(CLUSTERS),
        **figures,
        silhouette=np.array(
            [
                np.average(values, weights=weights)
                for values, _ in model.silhouette_values(points, weights, labelings)
            ]
        ),
        prediction_strength=prediction_strengths(
            model, np.repeat(points, counts, axis=0), CLUSTERS, halvings, seed
        ),
        total_inertia=float(weights @ ((points - center) ** 2).sum(axis=1)),
        reference_inertias=np.array(
            [
                inertias(model, box, CLUSTERS, REFERENCE_RESTARTS, seed)
                for box in uniform
            ]
        ).reshape(references, len(CLUSTERS)),
    )


# ---------- the criteria


def clearest(seen: Curves) -> int:
    """Choose the highest simplified silhouette among the k of which the smallest
    cluster is large enough, or among all if none is.
    """
    return by_clearness(seen)[0]


def by_clearness(seen: Curves) -> list[int]:
    """Return the k of which the smallest cluster is large enough, or all if none is, by
    their simplified silhouettes, the highest first.
    """
    large_enough = seen.smallest_share >= MINIMUM_SHARE
    if not large_enough.any():
        large_enough = ~large_enough
    order = np.argsort(-seen.simplified_silhouette[large_enough], kind="stable")
    return seen.clusters[large_enough][order].tolist()


def largest_or_clearest(seen: Curves, is_fit: np.ndarray) -> int:
    """Choose the largest k that is fit and of which the smallest cluster is large
    enough, or the clearest if none is.
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
    """Choose as segmentation_quality does: the same among the k of which every cluster
    is found again when customers are resampled, where there are any.
    """
    possible = by_clearness(seen)
    chosen = next(filter(is_found_again, possible), possible[0])
    valleys = dict(zip(seen.clusters.tolist(), seen.smallest_valley, strict=True))
    has_large_ones = seen.smallest_share.max() >= MINIMUM_SHARE
    proven = [k for k in possible if has_large_ones and k > chosen and valleys[k] >= 1]
    return next(filter(is_found_again, sorted(proven, reverse=True)), chosen)


def prediction_strength(seen: Curves) -> int:
    """Choose the largest k that halves agree on (Tibshirani and Walther, 2005)."""
    return largest_or_clearest(seen, seen.prediction_strength >= ENOUGH_STRENGTH)


def gap_statistic(seen: Curves) -> int:
    """Choose the smallest k of which the gap is within one standard error of the next
    one's, or the largest k if there is none (Tibshirani, Walther and Hastie, 2001).
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
    # Before it was asked whether every segment is found again: see the page.
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


# ---------- the counts


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
    """Return one row per criterion: how often it is right, and how far off. The last
    column compares it with the rule in use on the same data sets by the exact test
    of McNemar (1947).
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
    """Return one row per shape and per separation: the share that is right."""
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
    """Return what every criterion chooses for the data set of every seed.

    K-means runs on one thread: with more, its last bits depend on the load.
    """
    import sklearn.cluster  # noqa: F401  only thread pools that are loaded are limited
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
