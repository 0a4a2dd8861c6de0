"""The figures by which criteria choose k are computed from weighted points. They equal
those of a table that has one row per customer.
"""

import curves
import numpy as np
import pytest
from mixtures import mixture
from sklearn.cluster import KMeans

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def model():
    return curves.load_model()


def test_references_fill_the_box_of_the_principal_components():
    line = np.linspace(0, 1, 11)
    vectors, weights = np.column_stack([line, line]), np.full(11, 40.0)

    first, second = curves.uniform_references(vectors, weights, 2, seed=1)

    assert first.shape == second.shape == (440, 2)
    assert not np.array_equal(first, second)
    across, along = sorted(np.ptp(first, axis=0))
    assert across == pytest.approx(0, abs=1e-9)
    assert 0.97 * np.sqrt(2) < along <= np.sqrt(2)


def test_curves_are_those_of_the_customers_one_by_one(model):
    data = mixture(6 + 16)
    assert data.shape == "survey"

    seen = curves.curves(model, data.values, 1, references=0, halvings=1)

    rows = (data.values - data.values.mean(axis=0)) / data.values.std(axis=0)
    assert len(np.unique(rows, axis=0)) < len(rows)
    assert seen.total_inertia == pytest.approx(rows.size)
    fitted = KMeans(data.groups, n_init=20, random_state=1).fit(rows)
    at = data.groups - 2
    assert seen.inertia[at] == pytest.approx(fitted.inertia_, rel=1e-3)
    smallest = np.bincount(fitted.labels_).min() / len(rows)
    assert seen.smallest_share[at] == pytest.approx(smallest, abs=0.01)


def test_prediction_strength_is_that_of_a_halving_by_hand(model):
    # There are three groups of eight customers. Two halves agree on two or three
    # clusters, but not on four.
    centers = np.repeat([[0.0, 0.0], [100.0, 0.0], [0.0, 120.0]], 8, axis=0)
    customers = centers + np.random.default_rng(1).normal(size=(24, 2))

    two, three, four = curves.prediction_strengths(
        model, customers, [2, 3, 4], 3, seed=1
    )

    assert two == three == 1
    assert four < 0.8


def test_prediction_strength_counts_pairs_of_the_worst_cluster(monkeypatch):
    # The second half has the clusters {1, 2, 4} and {11, 12, 13, 14}. The centers of
    # the first half put 4 into the other cluster, so only one of three pairs stays
    # together.
    class Model:
        fits = iter([[0.0, 4.0], [2.0, 12.5]])

        def fit(self, *_):
            return np.array(next(self.fits))[:, None]

        def distances(self, values, centers):
            return np.abs(values - centers.T)

    class InOrder:
        def permutation(self, values):
            return values

    monkeypatch.setattr(np.random, "default_rng", lambda _: InOrder())
    customers = np.append(np.zeros(7), [1, 2, 4, 11, 12, 13, 14])[:, None]

    found = curves.prediction_strengths(Model(), customers, [2], 1, seed=1)

    assert found == pytest.approx([1 / 3])
