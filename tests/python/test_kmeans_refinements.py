"""Refinements end at the centroids of scikit-learn, after at most twelve passes."""

import numpy as np
import pytest
from hypothesis import given
from sklearn import metrics
from sklearn.cluster import KMeans
from vectors import (
    CORNERS,
    lengths,
    measured,
    modest,
    plain_inertia,
    shaped_vectors,
)

pytestmark = pytest.mark.usefixtures("one_thread")


def test_a_sample_saves_passes_and_changes_no_end(
    kmeans_refinements, customers_of, groups
):
    with_sample, without = 0, 0
    for seed in range(6):
        vectors = groups(CORNERS, 5_000, 3.0, seed)
        drawn = np.random.default_rng(seed).permutation(vectors)[:2_000]
        sample = kmeans_refinements.Sample(drawn, np.ones(len(drawn)))
        start = KMeans(4, n_init=5, tol=0, random_state=seed).fit(drawn)
        start = start.cluster_centers_
        reference = KMeans(4, init=start, n_init=1, tol=0).fit(vectors)
        arguments = (customers_of(vectors), start, reference.inertia_)
        plain = kmeans_refinements.refine(*arguments)
        steered = kmeans_refinements.refine(*arguments, sample)
        found = plain_inertia(vectors, steered.centroids)
        assert found < reference.inertia_ * (1 + 1e-6)
        assert steered.centroids == pytest.approx(plain.centroids, abs=0.02)
        with_sample, without = with_sample + steered.passes, without + plain.passes
    assert with_sample < without


@pytest.fixture
def pretended(kmeans_refinements, monkeypatch):
    """A function that replaces passes by fake passes with given gains, which move each
    centroid by a step. It returns a list that says for each pass whether it measured.
    """

    def pretend(gains, step=0):
        remaining, kinds = iter(gains), []

        def run_pass(_, centroids, *, measure):
            kinds.append(measure)
            return kmeans_refinements.Pass(centroids + step, next(remaining), [])

        monkeypatch.setattr(kmeans_refinements, "run_pass", run_pass)
        return kinds

    return pretend


@pytest.fixture
def nobody(kmeans_refinements):
    """Customers and a sample for fake passes, which do not read them."""
    customers = kmeans_refinements.Customers(None, np.full(1, 64.0), np.ones(1), {})
    return customers, kmeans_refinements.Sample(np.zeros((1, 1)), np.ones(1))


def test_a_sample_steers_until_a_pass_gains_no_less(
    kmeans_refinements, monkeypatch, pretended, nobody
):
    customers, sample = nobody
    followed = []
    pretended([8.0, 4.0, 9.0, 2e-7, 0.0], step=1)
    monkeypatch.setattr(
        kmeans_refinements,
        "steer",
        lambda *given: followed.append(given[-1].item()) or given[-1] + 10,
    )
    found = kmeans_refinements.refine(customers, np.zeros((1, 1)), 1.0, sample)
    assert found.passes == 5
    assert followed == [1, 12]
    assert found.centroids.tolist() == [[24]]


@pytest.mark.parametrize("seed", range(5))
def test_refinement_reaches_scikit_learn_from_perturbed_centroids(
    kmeans_refinements, customers_of, groups, seed
):
    vectors = groups(CORNERS, 200, 1.0, seed)
    reference = KMeans(4, n_init=10, tol=0, random_state=seed).fit(vectors)
    start = np.array(CORNERS) + np.random.default_rng(seed).normal(size=(4, 2))
    found = kmeans_refinements.refine(customers_of(vectors), start, reference.inertia_)
    reached = plain_inertia(vectors, found.centroids)
    assert reached == pytest.approx(reference.inertia_, rel=1e-6)
    assert 2 <= found.passes < 12


@pytest.mark.parametrize("seed", range(3))
def test_refinement_follows_overlapping_groups_to_the_end(
    kmeans_refinements, customers_of, groups, seed
):
    vectors = groups(CORNERS, 500, 2.5, seed)
    start = np.array(CORNERS) + np.random.default_rng(seed).normal(size=(4, 2))
    reference = KMeans(4, init=start, n_init=1, tol=0).fit(vectors)
    found = kmeans_refinements.refine(customers_of(vectors), start, reference.inertia_)
    assert 3 <= found.passes <= 12
    reached = plain_inertia(vectors, found.centroids)
    assert reached == pytest.approx(reference.inertia_, rel=1e-6)
    assert found.centroids == pytest.approx(
        np.array(sorted(reference.cluster_centers_.tolist())), abs=0.01
    )


def test_refined_centroids_are_in_one_order_wherever_they_start(
    kmeans_refinements, customers_of, groups
):
    vectors = groups(CORNERS, 30, 0.2, 1)
    vectors[:, 0] = vectors[:, 0] > 4
    starts = np.array([[0, 0], [1, 0], [0, 9], [1, 9]], dtype=float)
    results = []
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 1, 3]):
        found = kmeans_refinements.refine(customers_of(vectors), starts[order], 5.0)
        results.append(found.centroids.tolist())
        nearest = lengths(found.centroids, starts[order]).argmin(axis=1)
        assert found.order.tolist() == nearest.tolist()
    assert results[0] == sorted(results[0])
    # Pairs of centroids have equal first coordinates, so the second ones decide.
    assert [first for first, _ in results[0]] == [0, 0, 1, 1]
    assert results[1:] == results[:1] * 2


def slow_to_converge():
    """Return vectors and centroids for which Lloyd's algorithm needs many passes."""
    vectors = np.random.default_rng(0).uniform(size=(4000, 2))
    return vectors, np.random.default_rng(1).uniform(0, 0.05, size=(8, 2))


@pytest.mark.parametrize("cap", [1, 3, None])
def test_refinement_stops_at_the_cap(
    kmeans_refinements, customers_of, monkeypatch, cap
):
    if cap:
        monkeypatch.setattr(kmeans_refinements, "MAXIMUM_PASSES", cap)
    gains = []

    def observed(*arguments, **options):
        found = run_pass(*arguments, **options)
        gains.append(found.gain)
        return found

    run_pass = kmeans_refinements.run_pass
    monkeypatch.setattr(kmeans_refinements, "run_pass", observed)
    vectors, start = slow_to_converge()
    found = kmeans_refinements.refine(
        customers_of(vectors), start, plain_inertia(vectors, start)
    )
    assert found.passes == (cap or 12) == len(gains)
    assert min(gains) > 0
    fallen = plain_inertia(vectors, start) - plain_inertia(vectors, found.centroids)
    # A gain leaves out customers who change segment, so the inertia falls by at least
    # the sum of gains. The last pass moves no centroid.
    assert sum(gains[:-1]) <= fallen


@pytest.mark.parametrize(("share", "passes"), [(0.99, 2), (1.01, 3)])
def test_refinement_stops_when_it_gains_too_small_a_share_of_the_inertia(
    kmeans_refinements, pretended, nobody, share, passes
):
    pretended([1e-4, share * 8e-6, 0.0])
    found = kmeans_refinements.refine(nobody[0], np.zeros((1, 1)), 80.0)
    assert found.passes == passes


def test_refinement_measures_what_it_returns(kmeans_refinements, customers_of, groups):
    vectors = groups(CORNERS, 500, 2.5, 3)
    customers, start = customers_of(vectors), np.array(CORNERS)[::-1] + 1.0
    sample = kmeans_refinements.Sample(vectors[::3], np.ones(len(vectors[::3])))
    for steering in (None, sample):
        found = kmeans_refinements.refine(customers, start, 1e4, steering)
        again = kmeans_refinements.run_pass(customers, found.centroids, measure=True)
        assert repr(found.last) == repr(again)
        assert 2 < found.passes < 12


def test_refined_centroids_come_back_from_standardized_values(
    kmeans_refinements, customers_of, groups
):
    # The registry divides centroids by the roots of the weights, and scoring multiplies
    # them again.
    root = np.sqrt([3.0, 0.7])
    customers = customers_of(groups(CORNERS, 500, 2.5, 3) * root, root=root)
    found = kmeans_refinements.refine(customers, np.array(CORNERS) + 1.0, 1e4)
    again = found.centroids / root * root
    assert again.tolist() == found.centroids.tolist()
    values = np.random.default_rng(0).normal(size=(1000, 2))
    assert not (values / root * root == values).all()


def test_passes_are_plain_until_they_gain_nearly_nothing(
    kmeans_refinements, monkeypatch, pretended, nobody
):
    customers, sample = nobody
    kinds = pretended([9e-5, 6e-6, 4e-6, 2e-7, 5e-8])
    monkeypatch.setattr(kmeans_refinements, "steer", lambda *given: given[-1])
    kmeans_refinements.refine(customers, np.zeros((1, 1)), 1.0, sample)
    assert kinds == [False] * 3 + [True] * 2


def test_refinement_stops_at_once_where_nothing_moves(
    kmeans_refinements, customers_of, groups
):
    vectors = groups(CORNERS, 50, 1.0, 2)
    optimum = KMeans(4, n_init=5, tol=0, random_state=0).fit(vectors)
    found = kmeans_refinements.refine(
        customers_of(vectors), optimum.cluster_centers_, optimum.inertia_
    )
    assert found.passes == 2
    assert found.centroids == pytest.approx(
        np.array(sorted(optimum.cluster_centers_.tolist()))
    )


def test_refinement_ends_where_there_is_no_inertia(
    kmeans_refinements, kmeans_indices, customers_of
):
    vectors = np.array([[0.1], [0.1], [0.1], [0.7], [5.3]])
    customers = customers_of(vectors)
    found = kmeans_refinements.refine(customers, vectors[2:], 0.0)
    assert found.passes <= 3
    assert found.centroids == pytest.approx(vectors[2:], abs=1e-15)
    segments, fit = measured(kmeans_refinements, kmeans_indices, customers, vectors[2:])
    assert (fit["inertia"], fit["davies_bouldin"], fit["simplified_silhouette"]) == (
        0,
        0,
        1,
    )
    assert fit["calinski_harabasz"] is None
    assert [segment["customers"] for segment in segments] == [3, 1, 1]


def test_a_segment_without_customers_stays_and_counts_in_no_index(
    kmeans_refinements, kmeans_indices, customers_of
):
    vectors = np.array([[3.0], [1.9], [1.9], [100.0]])
    customers = customers_of(vectors)
    start = np.array([[2.0], [50.0], [100.0]])
    found = kmeans_refinements.refine(customers, start, 1.0)
    assert found.centroids[1:].tolist() == [[50.0], [100.0]]
    segments, fit = measured(
        kmeans_refinements, kmeans_indices, customers, found.centroids
    )
    assert segments[1]["customers"] == 0
    assert segments[1]["distances"] is None
    assert segments[1]["largest_distance"] is None
    labels = [0, 0, 0, 1]
    assert fit["davies_bouldin"] == pytest.approx(
        metrics.davies_bouldin_score(vectors, labels)
    )
    assert fit["calinski_harabasz"] == pytest.approx(
        metrics.calinski_harabasz_score(vectors, labels)
    )


@modest
@given(shaped_vectors())
def test_refinement_never_ends_worse_than_it_starts(
    kmeans_refinements, customers_of, data
):
    vectors, clusters, generator = data
    start = generator.choice(np.unique(vectors, axis=0), clusters, replace=False)
    found = kmeans_refinements.refine(
        customers_of(vectors), start, plain_inertia(vectors, start)
    )
    before, after = (plain_inertia(vectors, each) for each in (start, found.centroids))
    assert after <= before * (1 + 1e-9)


@pytest.mark.parametrize("decoy", ["customers", "values", "found", "centroids"])
def test_refinement_reads_its_relation_and_not_a_table_of_some_name(
    kmeans_refinements, kmeans_indices, customers_of, session, decoy
):
    session.execute(f"create table {decoy} as select [77.0] as point, 1 as position")
    customers = customers_of(np.array([[0.0], [1.0], [8.0], [9.0]]), session)
    found = kmeans_refinements.refine(customers, np.array([[1.0], [7.0]]), 1.0)
    segments, fit = measured(
        kmeans_refinements, kmeans_indices, customers, found.centroids
    )
    assert (found.centroids.tolist(), fit["inertia"]) == ([[0.5], [8.5]], 1)
    assert [segment["customers"] for segment in segments] == [2, 2]
