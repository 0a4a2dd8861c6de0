"""A pass over all customers is a pass of Lloyd's algorithm. It gives scikit-learn's
labels, and the same bits for every order of the rows. A sample predicts the centroids
at which passes end.
"""

import itertools
import math

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from vectors import CORNERS, lengths, modest, plain_inertia, reach_of, shaped_vectors

pytestmark = pytest.mark.usefixtures("one_thread")
MANY = 320_000


def find(kmeans_refinements, customers, centroids):
    """Return points, positions, distances and next distances, sorted by point."""
    near, far = (customers.expressions[n] for n in ("distance", "next_distance"))
    columns = (
        kmeans_refinements.find_nearest(customers, centroids)
        .project(f"point, position, {near} as distance, {far} as next_distance")
        .fetchnumpy()
    )
    points = np.array(columns["point"].tolist())
    return points, *(columns[n] for n in ("position", "distance", "next_distance"))


@modest
@given(st.floats(1e-280, 1e300))
def test_the_largest_value_fits_a_bigint_and_fills_it(kmeans_refinements, largest):
    unit = kmeans_refinements.fixed_point_unit(largest)
    (stored,) = duckdb.execute(
        "select (?::double * ?::double)::bigint", [largest, unit]
    ).fetchone()
    assert stored == round(largest * unit)
    assert 2**60 <= stored <= 2**61


@modest
@given(st.floats(1e-200, 1e300))
def test_the_fixed_point_unit_is_a_power_of_two(kmeans_refinements, largest):
    assert np.frexp(kmeans_refinements.fixed_point_unit(largest))[0] == 0.5


def test_a_feature_that_is_zero_throughout_has_a_fixed_point_unit(kmeans_refinements):
    assert kmeans_refinements.fixed_point_unit(0.0) == 1


@modest
@given(st.floats(5e-324, 1e-280))
def test_the_smallest_values_have_a_fixed_point_unit_too(kmeans_refinements, largest):
    unit = kmeans_refinements.fixed_point_unit(largest)
    assert unit >= 2.0**960
    assert largest * unit <= 2**61


@modest
@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=30),
    st.sampled_from([1e-12, 1.0, 1e12]),
)
def test_a_fixed_point_sum_is_the_sum(kmeans_refinements, expressions, values, scale):
    values = [value * scale for value in values]
    expression = kmeans_refinements.fixed_point_sum_sql(
        expressions["whole_sum"], "value + 0", scale
    )
    ((found,),) = duckdb.execute(
        f"select {expression} from (select unnest(?) as value)", [values]
    ).fetchall()
    assert found == pytest.approx(math.fsum(values), abs=1e-15 * scale)


@modest
@given(st.integers(2, 8), st.data())
def test_nearest_is_the_first_position_of_the_smallest_distance(
    expressions, clusters, draws
):
    row = st.lists(st.integers(0, 3), min_size=clusters, max_size=clusters)
    rows = draws.draw(st.lists(row, min_size=1, max_size=20))
    found = duckdb.execute(
        f"select distances, position, {expressions['distance']}, "
        f"{expressions['next_distance']} from (select distances, "
        f"{expressions['position']} as position from "
        "(select unnest(?::double[][]) as distances))",
        [rows],
    ).fetchall()
    for distances, position, distance, following in found:
        assert position == distances.index(min(distances)) + 1
        assert [distance, following] == sorted(distances)[:2]


@settings(modest, max_examples=60)
@given(shaped_vectors())
def test_labels_equal_those_of_scikit_learn(kmeans_refinements, customers_of, data):
    vectors, clusters, _ = data
    reference = KMeans(clusters, n_init=1, random_state=0).fit(vectors)
    centroids = reference.cluster_centers_
    rows, positions, *found = find(kmeans_refinements, customers_of(vectors), centroids)
    nearest, following = np.sort(lengths(rows, centroids))[:, :2].T
    clear = following - nearest > 1e-9
    assert (positions - 1 == reference.predict(rows))[clear].all()
    assert clear.any()
    assert len(rows) == len(vectors)
    assert found[0] == pytest.approx(nearest, abs=1e-12)
    assert found[1] == pytest.approx(following, abs=1e-12)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("offset", [0, 1e6])
def test_labels_hold_however_large_and_far_from_zero_values_are(
    kmeans_refinements, customers_of, groups, scale, offset
):
    # With values of 1e6 and more, squares have too few digits for their differences.
    vectors = (groups(CORNERS, 200, 2.5, 3) + offset) * scale
    centroids = (np.array(CORNERS) + offset) * scale
    rows, positions, *_ = find(kmeans_refinements, customers_of(vectors), centroids)
    nearest, following = np.sort(lengths(rows, centroids))[:, :2].T
    clear = following - nearest > 1e-8 * scale
    assert clear.sum() > 790
    expected = lengths(rows, centroids).argmin(axis=1)
    assert (positions - 1 == expected)[clear].all()


def test_a_customer_between_two_centroids_goes_to_the_first(
    kmeans_refinements, customers_of
):
    vectors = np.array([[-1.0], [0.0], [1.0], [3.0], [5.0]])
    rows, positions, *_ = find(
        kmeans_refinements, customers_of(vectors), np.array([[5.0], [1.0], [-1.0]])
    )
    found = dict(zip(rows[:, 0], positions, strict=True))
    assert found == {-1: 3, 0: 2, 1: 2, 3: 1, 5: 1}


def test_of_equal_centroids_the_first_has_all_customers(
    kmeans_refinements, customers_of
):
    rows = np.array([[0.1, 0.3], [0.7, 0.2], [9.0, 9.0]])
    centroids = np.array([[8.0, 8.0], [0.3, 0.1], [0.3, 0.1], [8.0, 8.0]])
    _, positions, *_ = find(kmeans_refinements, customers_of(rows), centroids)
    assert sorted(positions.tolist()) == [1, 2, 2]


@modest
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5))
def test_a_customer_on_a_centroid_is_at_distance_zero(
    kmeans_refinements, customers_of, values
):
    # The distance is 0 only if every bit of a centroid reaches the engine.
    _, positions, distances, _ = find(
        kmeans_refinements,
        customers_of(np.array([values])),
        np.array([[value + 7 for value in values], values]),
    )
    assert (positions.tolist(), distances.tolist()) == ([2], [0])


@modest
@given(shaped_vectors())
def test_a_pass_equals_a_step_of_numpy(kmeans_refinements, customers_of, data):
    vectors, clusters, generator = data
    # Centroids are chosen from the customers and moved a little, to avoid ties.
    chosen = generator.choice(np.unique(vectors, axis=0), clusters, replace=False)
    centroids = chosen + generator.uniform(1e-6, 1e-4, chosen.shape)
    customers = customers_of(vectors, reach=reach_of(vectors) + 1e-4)
    moved, gain, _ = kmeans_refinements.run_pass(customers, centroids, measure=False)
    labels = lengths(vectors, centroids).argmin(axis=1)
    expected = [
        vectors[labels == slot].mean(axis=0) if slot in labels else centroids[slot]
        for slot in range(clusters)
    ]
    scale = reach_of(vectors).max()
    assert moved == pytest.approx(np.array(expected), abs=1e-12 * scale)
    before, after = (
        ((vectors - np.array(places)[labels]) ** 2).sum()
        for places in (centroids, expected)
    )
    assert gain == pytest.approx(before - after, rel=1e-9, abs=1e-9 * before)
    # Customers who are now nearer to another centroid lower the inertia even more.
    assert plain_inertia(vectors, moved) <= (before - gain) * (1 + 1e-9)


def test_an_empty_segment_keeps_its_centroid(kmeans_refinements, customers_of):
    centroids = np.array([[0.0, 0.0], [50.0, -50.0]])
    moved, *_ = kmeans_refinements.run_pass(
        customers_of(np.array([[1.0, 2.0], [3.0, 2.0]])), centroids, measure=False
    )
    assert moved.tolist() == [[2, 2], [50, -50]]
    assert centroids.tolist() == [[0, 0], [50, -50]]


def test_a_pass_over_a_feature_that_is_zero_throughout(
    kmeans_refinements, customers_of
):
    moved, gain, _ = kmeans_refinements.run_pass(
        customers_of(np.array([[0.0, 1.0], [0.0, 2.0], [0.0, 9.0]])),
        np.array([[0.0, 1.0], [0.0, 9.0]]),
        measure=False,
    )
    assert (moved.tolist(), gain) == ([[0, 1.5], [0, 9]], 0.5)


@pytest.fixture(scope="module")
def many_customers(groups):
    """Customers in several row groups, in the original and in a random order."""
    vectors = groups(CORNERS, MANY // 4, 2.5, 3)
    order = np.random.default_rng(4).permutation(MANY)
    with duckdb.connect(":memory:") as session:
        for name, rows in (("straight", vectors), ("shuffled", vectors[order])):
            session.register("frame", pd.DataFrame(rows, columns=["a", "b"]))
            session.execute(f"create table {name} as select [a, b] as point from frame")
            session.unregister("frame")
        yield vectors, session


@pytest.mark.parametrize("measure", [False, True])
def test_a_pass_gives_the_same_bits_for_shuffled_rows_and_any_threads(
    kmeans_refinements, expressions, many_customers, measure
):
    vectors, session = many_customers
    results = set()
    for name, threads in itertools.product(["straight", "shuffled"], [1, 2, 4]):
        session.execute(f"set threads = {threads}")
        customers = kmeans_refinements.Customers(
            session.table(name), reach_of(vectors), np.ones(2), expressions
        )
        found = kmeans_refinements.run_pass(
            customers, np.array(CORNERS) + 0.3, measure=measure
        )
        results.add((found.moved.tobytes(), repr(found)))
    assert len(results) == 1


@pytest.mark.parametrize("seed", range(3))
def test_means_of_a_sample_equal_a_step_of_scikit_learn(
    kmeans_refinements, groups, seed
):
    vectors = groups(CORNERS, 50, 2.0, seed)
    behind = np.random.default_rng(seed).integers(1, 6, len(vectors)).astype(float)
    start = vectors[:4]
    reference = KMeans(4, init=start, n_init=1, max_iter=1).fit(vectors, None, behind)
    step = np.array(
        [
            np.average(vectors[mine], axis=0, weights=behind[mine])
            for mine in (
                lengths(vectors, start).argmin(axis=1) == slot for slot in range(4)
            )
        ]
    )
    sample = kmeans_refinements.Sample(vectors, behind)
    found = kmeans_refinements.average_sample(sample, start)
    assert found == pytest.approx(step)
    assert found == pytest.approx(reference.cluster_centers_)


def test_an_empty_segment_of_a_sample_keeps_its_centroid(kmeans_refinements):
    sample = kmeans_refinements.Sample(np.array([[1.0], [3.0]]), np.array([3, 1]))
    found = kmeans_refinements.average_sample(sample, np.array([[0.0], [50.0]]))
    assert found.tolist() == [[1.5], [50.0]]


def test_a_sample_steers_nowhere_from_the_end(kmeans_refinements, groups):
    sample = kmeans_refinements.Sample(groups(CORNERS, 50, 1.0, 1), np.ones(200))
    end = KMeans(4, init=np.array(CORNERS), n_init=1, tol=0).fit(sample.points)
    centroids = kmeans_refinements.average_sample(sample, end.cluster_centers_)
    found = kmeans_refinements.steer(sample, centroids, centroids)
    assert found.tolist() == centroids.tolist()


def test_a_step_too_short_for_the_sample_is_seen_at_a_longer_one(kmeans_refinements):
    # Customers lie evenly on a line with its optimal cut at 0. A pass moves a shifted
    # cut half the way back to 0.
    line = np.linspace(-1, 1, 2001)[:, None]
    sample = kmeans_refinements.Sample(line, np.ones(2001))
    centroids = np.array([[-0.5], [0.5]]) + 1e-5
    moved = centroids - 0.5e-5
    for places in (centroids, moved):
        unmoved = kmeans_refinements.average_sample(sample, places)
        assert unmoved.tolist() == [[pytest.approx(-0.5)], [pytest.approx(0.5005)]]
    found = kmeans_refinements.steer(sample, centroids, moved)
    assert found == pytest.approx(np.array([[-0.5], [0.5]]), abs=2e-7)


def test_a_sample_of_all_steers_to_the_end(kmeans_refinements, groups):
    sample = kmeans_refinements.Sample(groups(CORNERS, 500, 2.5, 1), np.ones(2000))
    start = np.array(CORNERS) + 0.5
    reference = KMeans(4, init=start, n_init=1, tol=0).fit(sample.points)
    moved = kmeans_refinements.average_sample(sample, start)
    found = kmeans_refinements.steer(sample, start, moved)
    assert found == pytest.approx(reference.cluster_centers_, abs=1e-6)
