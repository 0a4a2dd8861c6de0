"""Computes the figures that criteria for the number of clusters see, for every k.

The project's own models of candidates in models/learn compute the fits and indices, so
the benchmark judges the code that is in use.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from mixtures import standardized

ROOT = Path(__file__).resolve().parents[1]
MODELS = (
    "candidate_silhouettes",
    "candidate_stabilities",
    "candidate_valleys",
    "kmeans_candidates",
)

# The project's defaults.
CLUSTERS = range(2, 11)
RESTARTS = 20

REFERENCES = 10
REFERENCE_RESTARTS = 10
HALVINGS = 5
HALVING_RESTARTS = 5


@dataclass(frozen=True)
class Curves:
    """The figures that criteria see, one for every k of `clusters`.

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


def load_model() -> SimpleNamespace:
    """Load the Python models by path and return their functions in one namespace."""
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
    """Return data without groups to compare with: the same number of customers, uniform
    over a box along the principal components (Tibshirani, Walther and Hastie, 2001,
    4b). The box is not turned back, because rotations do not matter to K-means.
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
    """Return the prediction strength for each number of clusters: the share of pairs of
    customers in a cluster that the centers of the other half also put into one cluster,
    for the cluster where this share is smallest. It is the mean over random halvings
    (Tibshirani and Walther, 2005).
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
    """Fit K-means at every k of CLUSTERS and compute the figures that cost little.

    Args:
        model: from `load_model`.
        points: (n, d) distinct points.
        weights: (n,) number of customers at each point.
        seed: seed of the starts of K-means.

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
    # An index that does not exist becomes NaN.
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
    """Return all figures of a table of customers that the criteria see.

    Args:
        model: from `load_model`.
        values: (n, d) features; they are standardized, and equal rows become one
            point with a weight, as in the project.
        seed: seed of the starts and of the references.
        references: number of uniform data sets for the gap statistic.
        halvings: number of random halvings for the prediction strength.
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
