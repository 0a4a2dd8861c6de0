"""The id of a fit depends on its configuration, data and preparation. A fit starts from
the centroids that K-means finds in a larger sample.
"""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_info, threadpool_limits
from vectors import CORNERS, reach_of

pytestmark = pytest.mark.usefixtures("one_thread")

CHOSEN = {
    "segmentation": "s",
    "configuration_hash": "c1",
    "data_fingerprint": "d1",
    "clusters": 3,
}


AGE = {
    "feature": "age",
    "position": 0,
    "imputed_value": None,
    "lower_bound": None,
    "upper_bound": None,
    "transform": "none",
    "center": 40.0,
    "scale": 12.0,
    "weight": 1.0,
}


@pytest.mark.parametrize(
    "change",
    [
        {"segmentation": "t"},
        {"configuration_hash": "c2"},
        {"data_fingerprint": "d2"},
        {"clusters": 4},
        {"configuration_hash": "c1d", "data_fingerprint": "1"},
        {"data_fingerprint": "d", "clusters": 13},
    ],
)
def test_fit_id_changes_with_each_of_its_parts(kmeans_starts, change):
    changed = kmeans_starts.fit_id(CHOSEN | change, [AGE])
    assert changed != kmeans_starts.fit_id(CHOSEN, [AGE])


@pytest.mark.parametrize(
    "change",
    [
        {"feature": "years"},
        {"imputed_value": 40.0},
        {"lower_bound": 18.0},
        {"upper_bound": 90.0},
        {"transform": "log"},
        {"center": 41.0},
        {"scale": 24.0},
    ],
)
def test_fit_id_changes_with_the_preparation(kmeans_starts, change):
    changed = kmeans_starts.fit_id(CHOSEN, [AGE | change])
    assert changed != kmeans_starts.fit_id(CHOSEN, [AGE])


def test_fit_id_does_not_change_with_anything_else(kmeans_starts):
    other = dict(reversed(CHOSEN.items())) | {"inertia": 2.0, "fitted_at": "now"}
    assert kmeans_starts.fit_id(other, [AGE]) == kmeans_starts.fit_id(
        dict(CHOSEN), [AGE | {"customers": 7}]
    )


@pytest.mark.parametrize("seed", range(3))
def test_refit_equals_scikit_learn_on_repeated_rows(kmeans_starts, groups, seed):
    vectors = groups(CORNERS, 60, 2.0, seed)
    generator = np.random.default_rng(seed)
    behind = generator.integers(1, 6, len(vectors))
    start = np.array(CORNERS) + generator.normal(size=(4, 2))
    rows = np.repeat(vectors, behind, axis=0)
    reference = KMeans(4, init=start, n_init=1, tol=0).fit(rows)
    sample = kmeans_starts.Sample(vectors, behind.astype(float))
    found = kmeans_starts.refit(sample, start, reach_of(vectors))
    # The centroids keep their order, because their stabilities are stored in this
    # order.
    assert found == pytest.approx(reference.cluster_centers_, abs=1e-7)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_refit_rounds_the_last_bits_away_at_any_magnitude(kmeans_starts, groups, scale):
    vectors = groups(CORNERS, 60, 2.0, 1) * scale
    vectors = np.column_stack([vectors, np.zeros(len(vectors))])
    start = np.column_stack([CORNERS, np.zeros(4)]) * scale
    behind, reach = np.ones(len(vectors)), reach_of(vectors)
    sample = kmeans_starts.Sample(vectors, behind)
    found = kmeans_starts.refit(sample, start, reach)
    reference = KMeans(4, init=start, n_init=1, tol=0).fit(vectors).cluster_centers_
    assert found == pytest.approx(reference, rel=1e-7, abs=2e-8 * scale)
    noise = 1 + 1e-13 * np.random.default_rng(0).normal(size=vectors.shape)
    noisy = kmeans_starts.Sample(vectors * noise, behind)
    again = kmeans_starts.refit(noisy, start, reach)
    assert found.tolist() == again.tolist()


def test_refit_runs_on_one_thread(kmeans_starts, groups, monkeypatch):
    threads = []

    def observed(*arguments, **options):
        threads.extend(pool["num_threads"] for pool in threadpool_info())
        return fit(*arguments, **options)

    fit = KMeans.fit
    monkeypatch.setattr(KMeans, "fit", observed)
    vectors = groups(CORNERS, 10, 1.0, 1)
    sample = kmeans_starts.Sample(vectors, np.ones(40))
    with threadpool_limits(2):
        kmeans_starts.refit(sample, np.array(CORNERS), reach_of(vectors))
    assert set(threads) == {1}
