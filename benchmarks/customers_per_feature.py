"""How many customers K-means needs for each feature.

python benchmarks/customers_per_feature.py

Generates four groups, clusters a few of their customers, and counts how well the
centroids divide 2,000 other customers of the same groups (adjusted Rand index). The two
nearest centers are 3.5 standard deviations of a group apart.
"""

import numpy as np
from scipy.spatial.distance import pdist
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

FEATURES = (3, 8, 20)
CUSTOMERS_PER_FEATURE = (5, 10, 30, 70, 100)
SEEDS = range(9000, 9012)
GROUPS, DISTANCE, OTHERS = 4, 3.5, 2000


def draw(
    generator: np.random.Generator, centers: np.ndarray, customers: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return (n, d) points around (k, d) centers, and the group of each point."""
    groups = generator.integers(len(centers), size=customers)
    return centers[groups] + generator.normal(
        size=(customers, centers.shape[1])
    ), groups


def agreement(features: int, customers: int, seed: int) -> float:
    """Return the adjusted Rand index of the segments and groups of other customers."""
    generator = np.random.default_rng(seed)
    centers = generator.normal(size=(GROUPS, features))
    centers *= DISTANCE / pdist(centers).min()
    points, _ = draw(generator, centers, customers)
    others, groups = draw(generator, centers, OTHERS)
    fit = KMeans(GROUPS, n_init=20, random_state=1).fit(points)
    return adjusted_rand_score(groups, fit.predict(others))


def main() -> None:
    """Print the mean agreement, a line for each number of customers per feature."""
    print("customers per feature:", *(f"{d} features" for d in FEATURES), sep="\t")
    for each in CUSTOMERS_PER_FEATURE:
        means = [
            np.mean([agreement(d, each * d, seed) for seed in SEEDS]) for d in FEATURES
        ]
        print(each, *(f"{mean:.2f}" for mean in means), sep="\t")


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
