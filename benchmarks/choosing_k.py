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

ROOT = Path(__file__).resolve().parents[1]
MODELS = ("candidate_silhouettes", "candidate_valleys", "kmeans_candidates")
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

REFERENCES = 10
REFERENCE_RESTARTS = 10
HALVINGS = 5
HALVING_RESTARTS = 5
ENOUGH_STRENGTH = 0.8

CUSTOMERS = 1_500
TRUE_CLUSTERS = range(2, 9)
FEATURES = range(2, 9)
SHAPES = (
    "spherical",
    "elliptical",
    "heavy tails",
    "unequal sizes",
    "money",
    "money, log",
    "survey",
    "noise",
)
# Distance of neighboring centers in standard deviations of a group: as many of its
# members lie beyond the middle as of a normal distribution beyond half of it.
SEPARATIONS = {"near (3.5)": 3.5, "middle (5)": 5.0, "far (7)": 7.0}
DEGREES_OF_FREEDOM = 6
SMALLEST_GROUP = 0.04
MOST_NOISE = 0.05
MONEY_SPREAD = 0.8  # a lognormal of this spread has a skewness of 3.7
SURVEY_SPREAD = 1.5  # points of the scale for one standard deviation
SURVEY_POINTS = (1, 7)


@dataclass(frozen=True)
class Mixture:
    """A data set of which the number of groups is known.

    Attributes:
        shape: one of SHAPES.
        separation: one of SEPARATIONS.
        groups: how many groups the customers were drawn from.
        values: (n, d) features as a customer table would have them.
        labels: (n,) the group of each customer, 0..groups-1; -1 is noise.
    """

    shape: str
    separation: str
    groups: int
    values: np.ndarray
    labels: np.ndarray


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


# ---------- data sets


def chained_centers(
    generator: np.random.Generator, groups: int, features: int, separation: float
) -> np.ndarray:
    """Return (groups, features) centers: each but the first lies 1 to 1.5 separations
    from one before it, and none is nearer than one separation to another.
    """
    centers = np.zeros((1, features))
    while len(centers) < groups:
        direction = generator.normal(size=features)
        step = separation * generator.uniform(1, 1.5)
        start = centers[generator.integers(len(centers))]
        center = start + step * direction / np.linalg.norm(direction)
        if np.linalg.norm(centers - center, axis=1).min() >= separation:
            centers = np.vstack([centers, center])
    return centers


def group_sizes(
    generator: np.random.Generator, groups: int, customers: int, unequal: bool
) -> np.ndarray:
    """Return the (groups,) sizes: alike, or any with SMALLEST_GROUP as the least."""
    shares = np.full(groups, 1 / groups)
    if unequal:
        free = 1 - SMALLEST_GROUP * groups
        shares = SMALLEST_GROUP + free * generator.dirichlet(np.ones(groups))
    ends = np.round(np.cumsum(shares) * customers).astype(int)
    return np.diff(ends, prepend=0)


def elongation(generator: np.random.Generator, features: int) -> np.ndarray:
    """Return a (features, features) matrix that turns and stretches a sphere; its
    axes differ up to four times, its mean variance is one.
    """
    axes = np.exp(generator.uniform(np.log(0.5), np.log(2), features))
    rotation, _ = np.linalg.qr(generator.normal(size=(features, features)))
    return rotation * (axes / np.sqrt(np.mean(axes**2)))


def standardized(values: np.ndarray) -> np.ndarray:
    """Return the columns with mean 0 and standard deviation 1, as the project does."""
    return (values - values.mean(axis=0)) / values.std(axis=0)


def mixture(seed: int) -> Mixture:
    """Return the data set of a seed.

    Successive seeds go through all shapes, separations and numbers of groups: any 24
    hold each shape at each separation once, any 168 with each number of groups.
    """
    generator = np.random.default_rng(seed)
    shape = SHAPES[seed % len(SHAPES)]
    separation = list(SEPARATIONS)[seed // len(SHAPES) % len(SEPARATIONS)]
    groups = TRUE_CLUSTERS[seed % len(TRUE_CLUSTERS)]
    features = int(generator.choice(FEATURES))

    centers = chained_centers(generator, groups, features, SEPARATIONS[separation])
    sizes = group_sizes(generator, groups, CUSTOMERS, shape == "unequal sizes")
    labels = np.repeat(np.arange(groups), sizes)
    around = generator.normal(size=(CUSTOMERS, features))
    if shape == "elliptical":
        stretches = np.array([elongation(generator, features) for _ in sizes])
        around = np.einsum("nij,nj->ni", stretches[labels], around)
    if shape == "heavy tails":
        degrees = DEGREES_OF_FREEDOM
        radii = np.sqrt((degrees - 2) / generator.chisquare(degrees, CUSTOMERS))
        around *= radii[:, None]  # Student's t with a variance of one
    values = centers[labels] + around

    if shape == "noise":
        noise = round(CUSTOMERS * generator.uniform(0, MOST_NOISE))
        strangers = generator.choice(CUSTOMERS, noise, replace=False)
        lowest, highest = values.min(axis=0), values.max(axis=0)
        values[strangers] = generator.uniform(lowest, highest, (noise, features))
        labels[strangers] = -1
    if shape in ("money", "money, log"):
        money = slice(0, (features + 1) // 2)  # half of the columns
        amounts = 100 * np.exp(MONEY_SPREAD * standardized(values[:, money]))
        values[:, money] = amounts.round(2)
        if shape == "money, log":
            values[:, money] = np.log(1 + values[:, money])
    if shape == "survey":
        middle = sum(SURVEY_POINTS) / 2
        answers = middle + SURVEY_SPREAD * standardized(values)
        values = answers.round().clip(*SURVEY_POINTS)
    return Mixture(shape, separation, groups, values, labels)


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


def curves(
    model: SimpleNamespace,
    values: np.ndarray,
    seed: int,
    references: int = REFERENCES,
    halvings: int = HALVINGS,
) -> Curves:
    """Fit K-means at every k of CLUSTERS and measure it.

    Args:
        model: from `load_model`.
        values: (n, d) features; they are standardized, and equal rows become one
            vector with a weight, as in the project.
        seed: of the starts and of the references.
        references: how many uniform data sets the gap statistic compares with.
        halvings: how many halvings the prediction strength is the mean of.
    """
    vectors, counts = np.unique(standardized(values), axis=0, return_counts=True)
    weights = counts.astype(float)
    rows, labelings = [], []
    places, vector_of = model.spread_out(vectors, weights, seed)
    for k in CLUSTERS:
        centroids = model.fit(vectors, weights, k, RESTARTS, seed)
        to_centroids = model.distances(vectors, centroids)
        labels = to_centroids.argmin(axis=1)
        within = model.inertia(to_centroids, weights)
        sizes = np.bincount(labels, weights, k)
        rows.append(
            (
                model.simplified_silhouette(to_centroids, weights),
                model.davies_bouldin(to_centroids, labels, weights, centroids),
                model.calinski_harabasz(within, vectors, weights, k),
                sizes.min() / sizes.sum(),
                model.smallest_valley(places, vector_of, labels, centroids),
                within,
            )
        )
        labelings.append(labels)
    figures = np.array(rows, dtype=float).T  # NaN where there is no index
    simplified, davies_bouldin, calinski_harabasz, shares, valleys, within = figures
    uniform = uniform_references(vectors, weights, references, seed)
    center = np.average(vectors, axis=0, weights=weights)
    return Curves(
        clusters=np.array(CLUSTERS),
        simplified_silhouette=simplified,
        silhouette=np.array(
            [
                np.average(values, weights=weights)
                for values, _ in model.silhouette_values(vectors, weights, labelings)
            ]
        ),
        davies_bouldin=davies_bouldin,
        calinski_harabasz=calinski_harabasz,
        smallest_share=shares,
        smallest_valley=valleys,
        prediction_strength=prediction_strengths(
            model, np.repeat(vectors, counts, axis=0), CLUSTERS, halvings, seed
        ),
        inertia=within,
        total_inertia=float(weights @ ((vectors - center) ** 2).sum(axis=1)),
        reference_inertias=np.array(
            [
                inertias(model, points, CLUSTERS, REFERENCE_RESTARTS, seed)
                for points in uniform
            ]
        ).reshape(references, len(CLUSTERS)),
    )


# ---------- the criteria


def clearest(seen: Curves) -> int:
    """Choose the highest simplified silhouette among the k of which the smallest
    cluster is large enough, or among all if none is.
    """
    large_enough = seen.smallest_share >= MINIMUM_SHARE
    preference = np.lexsort((-seen.simplified_silhouette, ~large_enough))
    return int(seen.clusters[preference[0]])


def largest_or_clearest(seen: Curves, is_fit: np.ndarray) -> int:
    """Choose the largest k that is fit and of which the smallest cluster is large
    enough, or the clearest if none is.
    """
    possible = seen.clusters[is_fit & (seen.smallest_share >= MINIMUM_SHARE)]
    return int(possible.max()) if len(possible) else clearest(seen)


def most_with_valleys(seen: Curves) -> int:
    """Choose the largest k with a valley between every two clusters."""
    return largest_or_clearest(seen, seen.smallest_valley >= 1)


def rule_in_use(seen: Curves) -> int:
    """Choose as segmentation_quality does: the clearest k, unless a larger one has a
    valley between every two clusters.
    """
    return max(clearest(seen), most_with_valleys(seen))


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
    IN_USE: rule_in_use,
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


def write(results: str, page: Path) -> None:
    """Put the results between the two markers of a page."""
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    text = f"{before}{BEGIN}\n\n{results}\n\n{END}{after}"
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
