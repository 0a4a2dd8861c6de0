"""After each of many changes of the data, an id still means the same customers.

The project matches ids by centroids. These tests check them by customers, so that they
do not depend on the method. They use two sets of customers: the sample, whose groups
overlap, and clear groups.
"""

import csv
import itertools
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta

import numpy as np
import pytest
from loading import ROOT
from sklearn.preprocessing import StandardScaler

pytestmark = pytest.mark.usefixtures("one_thread")

TRIALS = 100
CLUSTERS = 5
RESTARTS = 5
FEATURES = ["age", "annual_income", "spending_score"]
MAXIMA = [120, 10_000, 100]
CENTERS = [[27, 31, 75], [48, 94, 22], [35, 90, 80], [45, 58, 50], [66, 33, 24]]
SCALES = [9, 12, 10]

# Two segments are the same if more than this share of the customers of each is in the
# other.
SAME = 2 / 3
# The halves of a segment count as equal if they differ by less than this share of it.
NEARLY_HALVES = 0.05


def read_features(folder):
    """Return the usable features of the customers in customers.csv, by id."""
    by_id = {}
    with (folder / "customers.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            try:
                values = [float(row[feature]) for feature in FEATURES]
            except ValueError:
                continue
            if all(
                0 <= value <= most for value, most in zip(values, MAXIMA, strict=True)
            ):
                by_id[row["customer_id"]] = values
    return by_id


@pytest.fixture(scope="module", params=["sample", "groups"])
def customers(request, groups):
    """The (n, 3) features of customers, in their own units."""
    if request.param == "sample":
        return np.array(list(read_features(ROOT / "seeds").values()))
    return groups(np.array(CENTERS) / SCALES, 80, 0.8, 6) * SCALES


class History:
    """The successive fits of one segmentation, as in the registry."""

    def __init__(self, candidates, fits, registry=()):
        self.candidates, self.fits, self.registry = candidates, fits, list(registry)

    def refit(self, values, clusters=CLUSTERS, seed=1):
        """Standardize and fit as the models do; return the (n,) ids."""
        vectors = StandardScaler().fit_transform(values)
        weights = np.ones(len(vectors))
        centroids = self.candidates.fit(vectors, weights, clusters, RESTARTS, seed)
        earlier, shared = self.fits.newest_centroids(self.registry, "value", FEATURES)
        used = {row["segment_id"] for row in self.registry}
        ids = self.fits.segment_ids("value", centroids[:, shared], earlier, used)
        assert len(set(ids)) == clusters
        number = len({row["fit_id"] for row in self.registry})
        self.registry += [
            {
                "segmentation": "value",
                "fit_id": f"fit {number}",
                "adopted_at": datetime(2026, 1, 1) + timedelta(number),
                "segment_id": segment,
                "feature": feature,
                "centroid": centroid[position],
            }
            for segment, centroid in zip(ids, centroids, strict=True)
            for position, feature in enumerate(FEATURES)
        ]
        return np.array(ids)[self.candidates.distances(vectors, centroids).argmin(1)]

    def copy(self):
        """Return an independent copy of the history."""
        return History(self.candidates, self.fits, self.registry)


@pytest.fixture(scope="module")
def first(customers, kmeans_candidates, kmeans_fits):
    """The history with one fit, and its ids."""
    history = History(kmeans_candidates, kmeans_fits)
    return history, history.refit(customers)


def number(segment_id):
    return int(segment_id.removeprefix("value-"))


def partition_is_the_same(before, after):
    """Return whether two arrays of ids group the customers in the same way."""
    pairs = len(set(zip(before.tolist(), after.tolist(), strict=True)))
    return pairs == len(set(before.tolist())) == len(set(after.tolist()))


def assert_ids_mean_the_same_customers(before, after):
    """Check the ids of the same customers before and after a change.

    - If all customers are grouped as before, all ids are the same.
    - An id that is kept belongs to the new segment with the most customers of the old
      one, or nearly the most if the old segment was cut in halves.
    - Segments that share most of the customers of both have the same id.
    - All other ids are new, and higher than all earlier ids.
    """
    shared = Counter(zip(before.tolist(), after.tolist(), strict=True))
    old, new = Counter(before.tolist()), Counter(after.tolist())
    if partition_is_the_same(before, after):
        assert (before == after).all()
    for kept in old.keys() & new.keys():
        largest = max(shared[kept, other] for other in new)
        assert shared[kept, kept] >= largest - NEARLY_HALVES * old[kept], kept
    for (one, other), count in shared.items():
        if count > SAME * max(old[one], new[other]):
            assert one == other
    for fresh in new.keys() - old.keys():
        assert number(fresh) > max(map(number, old))


# Each change is a function of the features of customers and a random generator. It
# returns changed features, the earlier row of each customer, the number of clusters,
# and the seed.


def permute(values, generator):
    rows = generator.permutation(len(values))
    return values[rows], rows, CLUSTERS, 1


def drop_rows(values, generator):
    rows = generator.permutation(len(values))[: round(0.95 * len(values))]
    return values[rows], rows, CLUSTERS, 1


def change_seed(values, generator):
    return values, np.arange(len(values)), CLUSTERS, int(generator.integers(2, 2**31))


def ask_for_fewer(values, generator):
    return *permute(values, generator)[:2], CLUSTERS - 1, 1


def ask_for_more(values, generator):
    return *permute(values, generator)[:2], CLUSTERS + 1, 1


def change_units(values, generator):
    # Other units may also have another zero, as those of temperature do.
    factors, offsets = 10 ** generator.uniform(-3, 3, 3), generator.uniform(-99, 99, 3)
    return values * factors + offsets, np.arange(len(values)), CLUSTERS, 1


def inflate(values, generator):
    # All values of one feature grow by about 20 %, with small differences between
    # customers.
    inflated = values.copy()
    growth = generator.normal(1.2, 0.03, len(values))
    inflated[:, generator.integers(values.shape[1])] *= growth
    return inflated, np.arange(len(values)), CLUSTERS, 1


@pytest.mark.parametrize(
    ("change", "ids_kept", "most_moved", "least_unchanged"),
    [
        # With other starts of K-means, a few customers may end in another segment.
        (permute, 5, 0.005, 0.5),
        (change_seed, 5, 0.005, 0.5),
        (change_units, 5, 0, 1),
        (drop_rows, 5, 0.01, 0),
        (inflate, 5, 0.02, 0),
        (ask_for_more, 5, 0.2, 0),
        (ask_for_fewer, 4, 0.2, 0),
    ],
)
def test_ids_survive(customers, first, change, ids_kept, most_moved, least_unchanged):
    history, before = first
    unchanged = 0
    for trial in range(TRIALS):
        values, rows, clusters, seed = change(customers, np.random.default_rng(trial))
        after = history.copy().refit(values, clusters, seed)
        assert_ids_mean_the_same_customers(before[rows], after)
        assert len(set(after.tolist()) & set(before.tolist())) == ids_kept
        assert (after != before[rows]).mean() <= most_moved
        unchanged += partition_is_the_same(before[rows], after)
    assert unchanged >= least_unchanged * TRIALS


@pytest.mark.parametrize(
    ("leaving", "arriving"),
    [
        (0, [80, 30, 90]),  # old spenders replace young spenders
        (1, [80, 95, 80]),
        (2, [20, 95, 20]),
        (3, [20, 95, 20]),
        (4, [20, 30, 15]),
    ],
)
def test_others_in_place_of_a_group_get_a_new_id(customers, first, leaving, arriving):
    history, before = first
    distances = ((customers[:, None] - CENTERS) / SCALES) ** 2
    gone = distances.sum(axis=2).argmin(axis=1) == leaving
    replaced = customers.copy()
    replaced[gone] += np.array(arriving) - CENTERS[leaving]
    for trial in range(TRIALS // 4):
        generator = np.random.default_rng(trial)
        values, rows, clusters, seed = drop_rows(replaced, generator)
        after = history.copy().refit(values, clusters, seed)
        stayed = ~gone[rows]
        assert_ids_mean_the_same_customers(before[rows][stayed], after[stayed])
        (arrived, members), *_ = Counter(after[~stayed].tolist()).most_common()
        assert members > 0.9 * (~stayed).sum()
        assert number(arrived) == CLUSTERS + 1
        assert len(set(after.tolist()) & set(before.tolist())) == CLUSTERS - 1


@pytest.mark.parametrize(
    "trial",
    [0, *(pytest.param(trial, marks=pytest.mark.slow) for trial in range(1, 10))],
)
def test_ids_are_given_in_order_and_once(customers, first, trial):
    # Refit many times, each time on a part of the customers.
    history, before = first
    history = history.copy()
    generator = np.random.default_rng(trial)
    fits = [set(before.tolist())]
    for _ in range(12):
        part = generator.permutation(len(customers))[: len(customers) * 4 // 5]
        seed, clusters = generator.integers(2**31), generator.integers(3, 8)
        after = history.refit(customers[part], int(clusters), int(seed))
        given = set().union(*fits)
        fresh = sorted(map(number, set(after.tolist()) - given))
        following = itertools.count(max(map(number, given)) + 1)
        assert fresh == list(itertools.islice(following, len(fresh)))
        fits.append(set(after.tolist()))

    given = set().union(*fits)
    assert len(given) > 6
    for segment in given:
        present = [position for position, ids in enumerate(fits) if segment in ids]
        # Retired ids do not come back.
        assert present == list(range(present[0], present[-1] + 1))


def test_a_year_later_the_segments_have_their_ids(
    kmeans_candidates, kmeans_fits, tmp_path
):
    # Customers have changed, left and joined, but the segments are the same.
    generator = ROOT / "seeds" / "generator" / "generate.py"
    arguments = [sys.executable, generator, "--later", "--folder", tmp_path]
    subprocess.run(list(map(str, arguments)), check=True, capture_output=True)
    history = History(kmeans_candidates, kmeans_fits)
    ids = []
    for customers in (read_features(ROOT / "seeds"), read_features(tmp_path)):
        segments = history.refit(np.array(list(customers.values())))
        ids.append(dict(zip(customers, segments.tolist(), strict=True)))

    before, after = (
        np.array([each[customer] for customer in sorted(ids[0].keys() & ids[1].keys())])
        for each in ids
    )
    assert len(before) > 0.9 * len(ids[0])
    assert_ids_mean_the_same_customers(before, after)
    assert set(ids[1].values()) == set(ids[0].values())
    assert 0.02 < (before != after).mean() < 0.15
