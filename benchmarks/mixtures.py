"""Tables of customers with a known number of groups.

The same seed gives the same table. `choosing_k.py` counts how often a criterion finds
the number of groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
# Distance of neighboring centers, in standard deviations of a group. The share of
# members beyond the middle is that of a normal distribution beyond half this distance.
SEPARATIONS = {"near (3.5)": 3.5, "middle (5)": 5.0, "far (7)": 7.0}
DEGREES_OF_FREEDOM = 6
SMALLEST_GROUP = 0.04
MOST_NOISE = 0.05
MONEY_SPREAD = 0.8  # a lognormal of this spread has a skewness of 3.7
SURVEY_SPREAD = 1.5  # points of the scale for one standard deviation
SURVEY_POINTS = (1, 7)


@dataclass(frozen=True)
class Mixture:
    """A data set with a known number of groups.

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


def chained_centers(
    generator: np.random.Generator, groups: int, features: int, separation: float
) -> np.ndarray:
    """Return (groups, features) centers: each center except the first lies 1 to 1.5
    separations from an earlier one, and all are at least one separation apart.
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
    """Return the (groups,) sizes: equal, or random with a share of at least
    SMALLEST_GROUP.
    """
    shares = np.full(groups, 1 / groups)
    if unequal:
        free = 1 - SMALLEST_GROUP * groups
        shares = SMALLEST_GROUP + free * generator.dirichlet(np.ones(groups))
    ends = np.round(np.cumsum(shares) * customers).astype(int)
    return np.diff(ends, prepend=0)


def elongation(generator: np.random.Generator, features: int) -> np.ndarray:
    """Return a (features, features) matrix that rotates and stretches a sphere. Axes
    differ by a factor of up to four, and the mean variance is one.
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
    of them have each shape at each separation once, and any 168 of them have each of
    these pairs with every number of groups.
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
