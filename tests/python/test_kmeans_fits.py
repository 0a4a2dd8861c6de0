"""The refinement in SQL is Lloyd's algorithm to the last bit, its labels are those of
scikit-learn, and segments keep their ids for as long as they are the same segments.
"""

import itertools
import math
from datetime import datetime, timedelta
from zlib import crc32

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_info, threadpool_limits

pytestmark = pytest.mark.usefixtures("one_thread")
modest = settings(deadline=None, max_examples=40, derandomize=True)

CORNERS = [[0, 0], [9, 0], [0, 9], [9, 9]]
MANY = 320_000


def table(vectors, session=None):
    """Return vectors as a relation with the columns a, b, and so on."""
    session = session or duckdb.connect(":memory:", config={"threads": 1})
    frame = pd.DataFrame(vectors, columns=letters(vectors))
    session.register("frame", frame)
    session.execute("create or replace table standardized as from frame")
    session.unregister("frame")
    return session.table("standardized")


def letters(vectors):
    """Return the names of the columns of `table`."""
    return list("abcdef"[: vectors.shape[1]])


def lengths(vectors, centroids, weights=1):
    """Return the (n, k) weighted distances of vectors to centroids."""
    return np.sqrt((weights * (vectors[:, None] - centroids) ** 2).sum(axis=2))


def inertia_of(vectors, centroids, weights=1):
    """Return the sum of the squared distances to the nearest centroid."""
    return (lengths(vectors, centroids, weights).min(axis=1) ** 2).sum()


def reach_of(vectors):
    """Return the largest absolute value of each column."""
    return np.abs(vectors).max(axis=0)


SHAPES = {
    "groups": lambda rng, n, d: (
        rng.normal(size=(n, d)) + 6 * rng.integers(0, 3, (n, 1))
    ),
    "uniform": lambda rng, n, d: rng.uniform(-2, 2, size=(n, d)),
    "skewed": lambda rng, n, d: rng.lognormal(sigma=1.5, size=(n, d)),
    "grid": lambda rng, n, d: rng.integers(-2, 3, size=(n, d)).astype(float),
    "line": lambda rng, n, d: np.outer(rng.normal(size=n), np.ones(d)),
    "islands": lambda rng, n, d: (
        rng.normal(size=(n, d)) + 1e4 * (rng.random((n, 1)) < 0.05)
    ),
    "tiny": lambda rng, n, d: rng.normal(scale=1e-3, size=(n, d)),
}


@st.composite
def shaped_vectors(draw):
    """Vectors of many shapes, with a k and a generator of more numbers."""
    generator = np.random.default_rng(draw(st.integers(0, 10_000)))
    rows, columns = draw(st.integers(8, 150)), draw(st.integers(1, 5))
    shape = SHAPES[draw(st.sampled_from(sorted(SHAPES)))]
    vectors = shape(generator, rows, columns)
    clusters = draw(st.integers(2, 6))
    assume(len(np.unique(vectors, axis=0)) > clusters)
    return vectors, clusters, generator


# fixed_point_unit


@modest
@given(st.floats(1e-280, 1e300))
def test_the_largest_value_fits_a_bigint_and_fills_it(kmeans_fits, largest):
    unit = kmeans_fits.fixed_point_unit(largest)
    (stored,) = duckdb.execute(
        "select (?::double * ?::double)::bigint", [largest, unit]
    ).fetchone()
    assert stored == round(largest * unit)
    assert 2**60 <= stored <= 2**61


@modest
@given(st.floats(1e-200, 1e300))
def test_the_fixed_point_unit_is_a_power_of_two(kmeans_fits, largest):
    assert np.frexp(kmeans_fits.fixed_point_unit(largest))[0] == 0.5


def test_a_feature_that_is_zero_throughout_has_a_fixed_point_unit(kmeans_fits):
    assert kmeans_fits.fixed_point_unit(0.0) == 1


@modest
@given(st.floats(5e-324, 1e-280))
def test_the_smallest_values_have_a_fixed_point_unit_too(kmeans_fits, largest):
    unit = kmeans_fits.fixed_point_unit(largest)
    assert unit >= 2.0**960
    assert largest * unit <= 2**61


@modest
@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=30),
    st.sampled_from([1e-12, 1.0, 1e12]),
)
def test_a_fixed_point_sum_is_the_sum(kmeans_fits, values, scale):
    values = [value * scale for value in values]
    expression = kmeans_fits.fixed_point_sum_sql("a + 0", scale)
    ((found,),) = table(np.array(values)[:, None]).aggregate(expression).fetchall()
    assert found == pytest.approx(math.fsum(values), abs=1e-15 * scale)


# nearest_sql and labels


@modest
@given(st.integers(2, 8), st.data())
def test_nearest_is_the_lowest_slot_of_the_smallest_distance(
    kmeans_fits, clusters, draws
):
    row = st.lists(st.integers(0, 3), min_size=clusters, max_size=clusters)
    rows = draws.draw(st.lists(row, min_size=1, max_size=20))
    columns = ", ".join(f"d{slot}" for slot in range(clusters))
    lines = ", ".join(f"({', '.join(map(str, line))})" for line in rows)
    found = duckdb.sql(
        f"select {kmeans_fits.nearest_sql(clusters)}, {columns} "
        f"from (values {lines}) as listed ({columns})"
    ).fetchall()
    assert [slot for slot, *_ in found] == [line.index(min(line)) for _, *line in found]


def labels_of(kmeans_fits, function, vectors, weights, centroids):
    """Return vectors and slots, and the columns of `compared`, in one order."""
    features = letters(vectors)
    relation = getattr(kmeans_fits, function)(
        table(vectors), features, weights, centroids
    )
    columns = relation.fetchnumpy()
    rows = [columns.pop(f"z{place}") for place in range(len(features))]
    return np.column_stack(rows), columns


BOTH = pytest.mark.parametrize("function", ["placed", "compared"])


@BOTH
@settings(modest, max_examples=60)
@given(shaped_vectors())
def test_labels_equal_those_of_scikit_learn(kmeans_fits, function, data):
    vectors, clusters, _ = data
    reference = KMeans(clusters, n_init=1, random_state=0).fit(vectors)
    rows, columns = labels_of(
        kmeans_fits,
        function,
        vectors,
        np.ones(vectors.shape[1]),
        reference.cluster_centers_,
    )
    nearest, following = np.sort(lengths(rows, reference.cluster_centers_))[:, :2].T
    clear = following - nearest > 1e-9
    assert (columns["slot"] == reference.predict(rows))[clear].all()
    assert clear.any()
    assert len(rows) == len(vectors)
    if function == "compared":
        assert np.sqrt(columns["nearest"]) == pytest.approx(nearest, abs=1e-12)
        assert np.sqrt(columns["following"]) == pytest.approx(following, abs=1e-12)


@BOTH
@modest
@given(shaped_vectors())
def test_labels_equal_those_of_scikit_learn_with_feature_weights(
    kmeans_fits, function, data
):
    vectors, clusters, generator = data
    weights = generator.uniform(0.1, 9, vectors.shape[1])
    root = np.sqrt(weights)
    reference = KMeans(clusters, n_init=1, random_state=0).fit(vectors * root)
    rows, columns = labels_of(
        kmeans_fits, function, vectors, weights, reference.cluster_centers_ / root
    )
    rows = rows * root
    nearest, following = np.sort(lengths(rows, reference.cluster_centers_))[:, :2].T
    clear = following - nearest > 1e-9
    assert (columns["slot"] == reference.predict(rows))[clear].all()
    if function == "compared":
        assert np.sqrt(columns["nearest"]) == pytest.approx(nearest, abs=1e-9)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("offset", [0, 1e6])
def test_passes_and_scoring_agree_however_large_and_far_from_zero_values_are(
    kmeans_fits, groups, scale, offset
):
    # Squares of values of 1e6 and more have no digits left for their differences.
    vectors = (groups(CORNERS, 200, 2.5, 3) + offset) * scale
    weights, centroids = np.array([1.0, 3.0]), (np.array(CORNERS) + offset) * scale
    (rows, passes), (others, scoring) = (
        labels_of(kmeans_fits, function, vectors, weights, centroids)
        for function in ("placed", "compared")
    )
    assert (rows == others).all()
    nearest, following = np.sort(lengths(rows, centroids, weights))[:, :2].T
    clear = following - nearest > 1e-8 * scale
    assert clear.sum() > 790
    expected = lengths(rows, centroids, weights).argmin(axis=1)
    assert (passes["slot"] == expected)[clear].all()
    assert (scoring["slot"] == expected)[clear].all()


@BOTH
def test_a_customer_between_two_centroids_goes_to_the_lower_slot(kmeans_fits, function):
    vectors = np.array([[-1.0], [0.0], [1.0], [3.0], [5.0]])
    rows, columns = labels_of(
        kmeans_fits, function, vectors, np.ones(1), np.array([[5.0], [1.0], [-1.0]])
    )
    found = dict(zip(rows[:, 0], columns["slot"], strict=True))
    assert found == {-1: 2, 0: 1, 1: 1, 3: 0, 5: 0}


@BOTH
def test_of_equal_centroids_the_lowest_slot_has_all_customers(kmeans_fits, function):
    rows = np.array([[0.1, 0.3], [0.7, 0.2], [9.0, 9.0]])
    centroids = np.array([[8.0, 8.0], [0.3, 0.1], [0.3, 0.1], [8.0, 8.0]])
    _, columns = labels_of(kmeans_fits, function, rows, np.array([0.3, 7]), centroids)
    assert sorted(columns["slot"].tolist()) == [0, 1, 1]


@modest
@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5),
    st.floats(1e-3, 1e3),
)
def test_a_customer_on_a_centroid_is_at_distance_zero(kmeans_fits, values, weight):
    # So every bit of a centroid reaches the engine, negative or tiny as it may be.
    _, columns = labels_of(
        kmeans_fits,
        "compared",
        np.array([values]),
        np.full(len(values), weight),
        np.array([[value + 7 for value in values], values]),
    )
    assert (columns["slot"].tolist(), columns["nearest"].tolist()) == ([1], [0])


NAMES = ["slot", "nearest", "following", "d0", "d1", "z1", "offset0", "order", "count"]


def test_features_may_be_called_as_any_column_of_the_queries(kmeans_fits, session):
    vectors = np.random.default_rng(2).normal(size=(50, len(NAMES)))
    weights, start = np.linspace(0.5, 2, len(NAMES)), vectors[:3]
    results = []
    for names in (NAMES, [f"plain_{place}" for place in range(len(NAMES))]):
        session.register("frame", pd.DataFrame(vectors, columns=names))
        session.execute("create or replace table named as from frame")
        session.unregister("frame")
        arguments = (session.table("named"), names)
        centroids, *_ = kmeans_fits.refine(
            *arguments, weights, start, reach_of(vectors), 1.0
        )
        *_, fit, segments = kmeans_fits.measured(
            *arguments, weights, centroids, reach_of(vectors)
        )
        results.append((centroids.tolist(), fit, segments))
    assert results[0] == results[1]
    assert results[0][1]["inertia"] == pytest.approx(
        inertia_of(vectors, np.array(results[0][0]), weights)
    )


# lloyd_pass


@modest
@given(shaped_vectors())
def test_a_pass_equals_a_step_of_numpy(kmeans_fits, data):
    vectors, clusters, generator = data
    weights = generator.uniform(0.1, 9, vectors.shape[1])
    # Chosen from the customers and moved a little, so that there are no ties.
    chosen = generator.choice(np.unique(vectors, axis=0), clusters, replace=False)
    centroids = chosen + generator.uniform(1e-6, 1e-4, chosen.shape)
    moved, gain = kmeans_fits.lloyd_pass(
        table(vectors), letters(vectors), weights, centroids, reach_of(vectors) + 1e-4
    )
    distances = lengths(vectors, centroids, weights)
    labels = distances.argmin(axis=1)
    expected = [
        vectors[labels == slot].mean(axis=0) if slot in labels else centroids[slot]
        for slot in range(clusters)
    ]
    scale = reach_of(vectors).max()
    assert moved == pytest.approx(np.array(expected), abs=1e-12 * scale)
    before, after = (
        (weights * (vectors - np.array(places)[labels]) ** 2).sum()
        for places in (centroids, expected)
    )
    assert gain == pytest.approx(before - after, rel=1e-9, abs=1e-9 * before)
    # Whoever is now nearer to another centroid lowers the inertia even more.
    assert inertia_of(vectors, moved, weights) <= (before - gain) * (1 + 1e-9)


def test_an_empty_segment_keeps_its_centroid(kmeans_fits):
    centroids = np.array([[0.0, 0.0], [50.0, -50.0]])
    moved, _ = kmeans_fits.lloyd_pass(
        table(np.array([[1.0, 2.0], [3.0, 2.0]])),
        ["a", "b"],
        np.ones(2),
        centroids,
        np.full(2, 50.0),
    )
    assert moved.tolist() == [[2, 2], [50, -50]]
    assert centroids.tolist() == [[0, 0], [50, -50]]


def test_feature_weights_decide_what_is_near(kmeans_fits):
    # (1, 3) lies nearer to (0, 3) unless b hardly counts.
    customers = table(np.array([[1.0, 3.0]]))
    centroids, reach = np.array([[0.0, 3.0], [1.0, 0.0]]), np.full(2, 3.0)
    moved, gain = kmeans_fits.lloyd_pass(
        customers, ["a", "b"], np.array([1.0, 1.0]), centroids, reach
    )
    assert (moved.tolist(), gain) == ([[1, 3], [1, 0]], 1)
    moved, gain = kmeans_fits.lloyd_pass(
        customers, ["a", "b"], np.array([1.0, 0.0625]), centroids, reach
    )
    assert (moved.tolist(), gain) == ([[0, 3], [1, 3]], 0.5625)


def test_a_pass_over_a_feature_that_is_zero_throughout(kmeans_fits):
    moved, gain = kmeans_fits.lloyd_pass(
        table(np.array([[0.0, 1.0], [0.0, 2.0], [0.0, 9.0]])),
        ["a", "b"],
        np.ones(2),
        np.array([[0.0, 1.0], [0.0, 9.0]]),
        np.array([0.0, 9.0]),
    )
    assert (moved.tolist(), gain) == ([[0, 1.5], [0, 9]], 0.5)


@pytest.fixture(scope="module")
def many_customers(groups):
    """Customers over several row groups, as they come and shuffled."""
    vectors = groups(CORNERS, MANY // 4, 2.5, 3)
    order = np.random.default_rng(4).permutation(MANY)
    with duckdb.connect(":memory:") as session:
        for name, rows in (("straight", vectors), ("shuffled", vectors[order])):
            session.register("frame", pd.DataFrame(rows, columns=["a", "b"]))
            session.execute(f"create table {name} as from frame")
            session.unregister("frame")
        yield vectors, session


def test_a_pass_gives_the_same_bits_for_shuffled_rows_and_any_threads(
    kmeans_fits, many_customers
):
    vectors, session = many_customers
    results = set()
    for name, threads in itertools.product(["straight", "shuffled"], [1, 2, 4]):
        session.execute(f"set threads = {threads}")
        moved, gain = kmeans_fits.lloyd_pass(
            session.table(name),
            ["a", "b"],
            np.array([1.0, 0.7]),
            np.array(CORNERS) + 0.3,
            reach_of(vectors),
        )
        results.add((moved.tobytes(), gain))
    assert len(results) == 1


def test_figures_are_the_same_bits_for_shuffled_rows_and_any_threads(
    kmeans_fits, many_customers
):
    vectors, session = many_customers
    results = set()
    for name, threads in itertools.product(["straight", "shuffled"], [1, 2, 4]):
        session.execute(f"set threads = {threads}")
        figures = kmeans_fits.measured(
            session.table(name),
            ["a", "b"],
            np.array([1.0, 0.7]),
            np.array(CORNERS, dtype=float),
            reach_of(vectors),
        )
        results.add(repr(figures))
    assert len(results) == 1


# sample_means, steered


@pytest.mark.parametrize("seed", range(3))
def test_means_of_a_sample_equal_a_step_of_scikit_learn(kmeans_fits, groups, seed):
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
    found = kmeans_fits.sample_means(vectors, behind, start)
    assert found == pytest.approx(step)
    assert found == pytest.approx(reference.cluster_centers_)


def test_an_empty_segment_of_a_sample_keeps_its_centroid(kmeans_fits):
    start = np.array([[0.0], [50.0]])
    found = kmeans_fits.sample_means(np.array([[1.0], [3.0]]), np.array([3, 1]), start)
    assert found.tolist() == [[1.5], [50.0]]


def test_a_sample_steers_nowhere_from_the_end(kmeans_fits, groups):
    vectors, behind = groups(CORNERS, 50, 1.0, 1), np.ones(200)
    end = KMeans(4, init=np.array(CORNERS), n_init=1, tol=0).fit(vectors)
    centroids = kmeans_fits.sample_means(vectors, behind, end.cluster_centers_)
    found = kmeans_fits.steered(vectors, behind, np.ones(2), centroids, centroids)
    assert found.tolist() == centroids.tolist()


def test_a_step_too_short_for_the_sample_is_seen_at_a_longer_one(kmeans_fits):
    # Lloyd's algorithm on a uniform line, cut at 0: a pass goes half the way back.
    vectors, behind = np.linspace(-1, 1, 2001)[:, None], np.ones(2001)
    centroids = np.array([[-0.5], [0.5]]) + 1e-5
    moved = centroids - 0.5e-5
    for places in (centroids, moved):
        unmoved = kmeans_fits.sample_means(vectors, behind, places)
        assert unmoved.tolist() == [[pytest.approx(-0.5)], [pytest.approx(0.5005)]]
    found = kmeans_fits.steered(vectors, behind, np.ones(1), centroids, moved)
    assert found == pytest.approx(np.array([[-0.5], [0.5]]), abs=2e-7)


def test_a_sample_of_all_steers_to_the_end(kmeans_fits, groups):
    vectors, weights = groups(CORNERS, 500, 2.5, 1), np.array([1.0, 4.0])
    behind, root = np.ones(len(vectors)), np.sqrt(weights)
    start = np.array(CORNERS) + 0.5
    reference = KMeans(4, init=start * root, n_init=1, tol=0).fit(vectors * root)
    moved = kmeans_fits.sample_means(vectors * root, behind, start * root) / root
    found = kmeans_fits.steered(vectors, behind, weights, start, moved)
    assert found * root == pytest.approx(reference.cluster_centers_, abs=1e-6)


# refine


def test_a_sample_saves_passes_and_changes_no_end(kmeans_fits, groups):
    with_sample, without = 0, 0
    for seed in range(6):
        vectors = groups(CORNERS, 5_000, 3.0, seed)
        sample = np.random.default_rng(seed).permutation(vectors)[:2_000]
        start = KMeans(4, n_init=5, tol=0, random_state=seed).fit(sample)
        start = start.cluster_centers_
        reference = KMeans(4, init=start, n_init=1, tol=0).fit(vectors)
        arguments = (table(vectors), ["a", "b"], np.ones(2), start, reach_of(vectors))
        plain, _, passes, *_ = kmeans_fits.refine(*arguments, reference.inertia_)
        found, _, fewer, *_ = kmeans_fits.refine(
            *arguments, reference.inertia_, (sample, np.ones(len(sample)))
        )
        assert inertia_of(vectors, found) < reference.inertia_ * (1 + 1e-6)
        assert found == pytest.approx(plain, abs=0.02)
        with_sample, without = with_sample + fewer, without + passes
    assert with_sample < without


def test_a_sample_steers_until_a_pass_gains_no_less(kmeans_fits, monkeypatch):
    gains, followed = iter([8.0, 4.0, 9.0, 2e-7, 0.0]), []
    monkeypatch.setattr(
        kmeans_fits, "lloyd_pass", lambda *given: (given[3] + 1, next(gains))
    )
    monkeypatch.setattr(
        kmeans_fits, "measured", lambda *given: (None, next(gains), {}, [])
    )
    monkeypatch.setattr(
        kmeans_fits,
        "steered",
        lambda *given: followed.append(given[-1].item()) or given[-1] + 10,
    )
    centroids, _, passes, *_ = kmeans_fits.refine(
        *(None, ["a"], np.ones(1), np.zeros((1, 1)), np.full(1, 64.0), 1.0),
        (np.zeros((1, 1)), np.ones(1)),
    )
    assert passes == 5
    assert followed == [1, 12]
    assert centroids.tolist() == [[24]]


@pytest.mark.parametrize("seed", range(5))
def test_refinement_reaches_scikit_learn_from_perturbed_centroids(
    kmeans_fits, groups, seed
):
    vectors = groups(CORNERS, 200, 1.0, seed)
    weights = np.array([1.0, 2.0])
    root = np.sqrt(weights)
    reference = KMeans(4, n_init=10, tol=0, random_state=seed).fit(vectors * root)
    start = np.array(CORNERS) + np.random.default_rng(seed).normal(size=(4, 2))
    centroids, _, passes, *_ = kmeans_fits.refine(
        *(table(vectors), ["a", "b"], weights, start, reach_of(vectors)),
        reference.inertia_,
    )
    found = inertia_of(vectors, centroids, weights)
    assert found == pytest.approx(reference.inertia_, rel=1e-6)
    assert 2 <= passes < 12


@pytest.mark.parametrize("seed", range(3))
def test_refinement_follows_overlapping_groups_to_the_end(kmeans_fits, groups, seed):
    vectors = groups(CORNERS, 500, 2.5, seed)
    start = np.array(CORNERS) + np.random.default_rng(seed).normal(size=(4, 2))
    reference = KMeans(4, init=start, n_init=1, tol=0).fit(vectors)
    centroids, _, passes, *_ = kmeans_fits.refine(
        *(table(vectors), ["a", "b"], np.ones(2), start, reach_of(vectors)),
        reference.inertia_,
    )
    assert 3 <= passes <= 12
    found = inertia_of(vectors, centroids)
    assert found == pytest.approx(reference.inertia_, rel=1e-6)
    assert centroids == pytest.approx(
        np.array(sorted(reference.cluster_centers_.tolist())), abs=0.01
    )


def test_refined_centroids_are_in_canonical_order_wherever_they_start(
    kmeans_fits, groups
):
    vectors = groups(CORNERS, 30, 0.2, 1)
    vectors[:, 0] = vectors[:, 0] > 4
    starts = np.array([[0, 0], [1, 0], [0, 9], [1, 9]], dtype=float)
    results = []
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 1, 3]):
        centroids, came_from, *_ = kmeans_fits.refine(
            *(table(vectors), ["a", "b"], np.ones(2), starts[order]),
            *(reach_of(vectors), 5.0),
        )
        results.append(centroids.tolist())
        nearest = lengths(centroids, starts[order]).argmin(axis=1)
        assert came_from.tolist() == nearest.tolist()
    assert results[0] == sorted(results[0])
    # The first feature alone does not decide here.
    assert [first for first, _ in results[0]] == [0, 0, 1, 1]
    assert results[1:] == results[:1] * 2


def slow_to_converge():
    """Return vectors and centroids that Lloyd's algorithm needs many passes for."""
    vectors = np.random.default_rng(0).uniform(size=(4000, 2))
    return vectors, np.random.default_rng(1).uniform(0, 0.05, size=(8, 2))


@pytest.mark.parametrize("cap", [1, 3, None])
def test_refinement_stops_at_the_cap(kmeans_fits, monkeypatch, cap):
    if cap:
        monkeypatch.setattr(kmeans_fits, "MAXIMUM_PASSES", cap)
    gains = []

    def observe(function):
        def observed(*arguments):
            result = function(*arguments)
            gains.append(result[1])
            return result

        return observed

    for name in ("lloyd_pass", "measured"):
        monkeypatch.setattr(kmeans_fits, name, observe(getattr(kmeans_fits, name)))
    vectors, start = slow_to_converge()
    centroids, _, passes, *_ = kmeans_fits.refine(
        *(table(vectors), ["a", "b"], np.ones(2), start, reach_of(vectors)),
        inertia_of(vectors, start),
    )
    assert passes == (cap or 12) == len(gains)
    assert min(gains) > 0
    fallen = inertia_of(vectors, start) - inertia_of(vectors, centroids)
    # What comes of new neighbours is counted in no gain; the last pass moves nothing.
    assert sum(gains[:-1]) <= fallen


@pytest.mark.parametrize(("share", "passes"), [(0.99, 2), (1.01, 3)])
def test_refinement_stops_when_it_gains_too_small_a_share_of_the_inertia(
    kmeans_fits, monkeypatch, share, passes
):
    gains = iter([1e-4, share * 8e-6, 0.0])
    for name, more in (("lloyd_pass", ()), ("measured", ({}, []))):
        monkeypatch.setattr(
            kmeans_fits,
            name,
            lambda *given, more=more: (given[3], next(gains), *more),
        )
    _, _, found, *_ = kmeans_fits.refine(
        None, ["a"], np.ones(1), np.zeros((1, 1)), np.ones(1), 80.0
    )
    assert found == passes


def test_refinement_measures_what_it_returns(kmeans_fits, groups):
    vectors = groups(CORNERS, 500, 2.5, 3)
    arguments = (table(vectors), ["a", "b"], np.array([1.0, 4.0]))
    start, reach = np.array(CORNERS)[::-1] + 1.0, reach_of(vectors)
    sample = (vectors[::3], np.ones(len(vectors[::3])))
    for steering in (None, sample):
        centroids, _, passes, *figures = kmeans_fits.refine(
            *arguments, start, reach, 1e4, steering
        )
        *_, fit, segments = kmeans_fits.measured(*arguments, centroids, reach)
        assert figures == [fit, segments]
        assert 2 < passes < 12


def test_passes_are_plain_until_they_gain_nearly_nothing(kmeans_fits, monkeypatch):
    kinds, gains = [], iter([9e-5, 6e-6, 4e-6, 2e-7, 5e-8])
    for name, more in (("lloyd_pass", ()), ("measured", ({}, []))):
        monkeypatch.setattr(
            kmeans_fits,
            name,
            lambda *given, name=name, more=more: (
                kinds.append(name) or given[3],
                next(gains),
                *more,
            ),
        )
    monkeypatch.setattr(kmeans_fits, "steered", lambda *given: given[-1])
    kmeans_fits.refine(
        *(None, ["a"], np.ones(1), np.zeros((1, 1)), np.ones(1), 1.0),
        (np.zeros((1, 1)), np.ones(1)),
    )
    assert kinds == ["lloyd_pass"] * 3 + ["measured"] * 2


def test_refinement_stops_at_once_where_nothing_moves(kmeans_fits, groups):
    vectors = groups(CORNERS, 50, 1.0, 2)
    optimum = KMeans(4, n_init=5, tol=0, random_state=0).fit(vectors)
    centroids, _, passes, *_ = kmeans_fits.refine(
        table(vectors),
        ["a", "b"],
        np.ones(2),
        optimum.cluster_centers_,
        reach_of(vectors),
        optimum.inertia_,
    )
    assert passes == 2
    assert centroids == pytest.approx(
        np.array(sorted(optimum.cluster_centers_.tolist()))
    )


def test_refinement_ends_where_there_is_no_inertia(kmeans_fits):
    vectors = np.array([[0.1], [0.1], [0.1], [0.7], [5.3]])
    centroids, _, passes, *_ = kmeans_fits.refine(
        table(vectors), ["a"], np.ones(1), vectors[2:], reach_of(vectors), 0.0
    )
    assert passes <= 3
    assert centroids == pytest.approx(vectors[2:], abs=1e-15)
    *_, fit, segments = kmeans_fits.measured(
        table(vectors), ["a"], np.ones(1), vectors[2:], reach_of(vectors)
    )
    assert (fit["inertia"], fit["davies_bouldin"], fit["simplified_silhouette"]) == (
        0,
        0,
        1,
    )
    assert fit["calinski_harabasz"] is None
    assert [segment["segment_customers"] for segment in segments] == [3, 1, 1]


def test_a_segment_without_customers_stays_and_counts_in_no_index(kmeans_fits):
    vectors = np.array([[3.0], [1.9], [1.9], [100.0]])
    reach, start = reach_of(vectors), np.array([[2.0], [50.0], [100.0]])
    centroids, *_ = kmeans_fits.refine(
        table(vectors), ["a"], np.ones(1), start, reach, 1.0
    )
    assert centroids[1:].tolist() == [[50.0], [100.0]]
    *_, fit, segments = kmeans_fits.measured(
        table(vectors), ["a"], np.ones(1), centroids, reach
    )
    assert segments[1] == {
        "segment_customers": 0,
        "mean_distance": None,
        "largest_distance": None,
    }
    labels = [0, 0, 0, 1]
    assert fit["davies_bouldin"] == pytest.approx(
        metrics.davies_bouldin_score(vectors, labels)
    )
    assert fit["calinski_harabasz"] == pytest.approx(
        metrics.calinski_harabasz_score(vectors, labels)
    )


@modest
@given(shaped_vectors())
def test_refinement_never_ends_worse_than_it_starts(kmeans_fits, data):
    vectors, clusters, generator = data
    start = generator.choice(np.unique(vectors, axis=0), clusters, replace=False)
    centroids, *_ = kmeans_fits.refine(
        table(vectors),
        letters(vectors),
        np.ones(vectors.shape[1]),
        start,
        reach_of(vectors),
        inertia_of(vectors, start),
    )
    before, after = (inertia_of(vectors, each) for each in (start, centroids))
    assert after <= before * (1 + 1e-9)


@pytest.mark.parametrize("decoy", ["customers", "values", "placed", "totals"])
def test_refinement_reads_its_relation_and_not_a_table_of_some_name(
    kmeans_fits, session, decoy
):
    session.execute(f"create table {decoy} as select 77.0 as a, 'x' as customer_id")
    customers = table(np.array([[0.0], [1.0], [8.0], [9.0]]), session)
    start = np.array([[1.0], [7.0]])
    centroids, *_ = kmeans_fits.refine(
        customers, ["a"], np.ones(1), start, np.array([9.0]), 1.0
    )
    *_, fit, segments = kmeans_fits.measured(
        customers, ["a"], np.ones(1), centroids, np.array([9.0])
    )
    assert (centroids.tolist(), fit["inertia"]) == ([[0.5], [8.5]], 1)
    assert [segment["segment_customers"] for segment in segments] == [2, 2]


# refit


@pytest.mark.parametrize("seed", range(3))
def test_refit_equals_scikit_learn_on_repeated_rows(kmeans_fits, groups, seed):
    vectors = groups(CORNERS, 60, 2.0, seed)
    generator = np.random.default_rng(seed)
    behind, weights = generator.integers(1, 6, len(vectors)), np.array([1.0, 4.0])
    start = np.array(CORNERS) + generator.normal(size=(4, 2))
    rows, root = np.repeat(vectors, behind, axis=0), np.sqrt(weights)
    reference = KMeans(4, init=start * root, n_init=1, tol=0).fit(rows * root)
    found = kmeans_fits.refit(
        vectors, behind.astype(float), weights, start, reach_of(vectors)
    )
    # In the slots of the centroids it starts from: their stabilities are kept.
    assert found == pytest.approx(reference.cluster_centers_ / root, abs=1e-7)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_refit_rounds_the_last_bits_away_at_any_magnitude(kmeans_fits, groups, scale):
    vectors = groups(CORNERS, 60, 2.0, 1) * scale
    vectors = np.column_stack([vectors, np.zeros(len(vectors))])
    start = np.column_stack([CORNERS, np.zeros(4)]) * scale
    behind, reach = np.ones(len(vectors)), reach_of(vectors)
    found = kmeans_fits.refit(vectors, behind, np.ones(3), start, reach)
    reference = KMeans(4, init=start, n_init=1, tol=0).fit(vectors).cluster_centers_
    assert found == pytest.approx(reference, rel=1e-7, abs=2e-8 * scale)
    noise = 1 + 1e-13 * np.random.default_rng(0).normal(size=vectors.shape)
    again = kmeans_fits.refit(vectors * noise, behind, np.ones(3), start, reach)
    assert found.tolist() == again.tolist()


def test_refit_runs_on_one_thread(kmeans_fits, groups, monkeypatch):
    threads = []

    def observed(*arguments, **options):
        threads.extend(pool["num_threads"] for pool in threadpool_info())
        return fit(*arguments, **options)

    fit = KMeans.fit
    monkeypatch.setattr(KMeans, "fit", observed)
    vectors = groups(CORNERS, 10, 1.0, 1)
    with threadpool_limits(2):
        kmeans_fits.refit(
            vectors, np.ones(40), np.ones(2), np.array(CORNERS), reach_of(vectors)
        )
    assert set(threads) == {1}


# measured


def test_figures_of_a_table_computed_by_hand(kmeans_fits):
    vectors = np.array([[0.0, 3.0], [4.0, 0.0], [0.0, 0.0], [10.0, 1.0]])
    *_, fit, segments = kmeans_fits.measured(
        table(vectors),
        ["a", "b"],
        np.array([1.0, 4.0]),
        np.array([[0.0, 0.0], [10.0, 0.0], [99.0, 99.0]]),
        np.array([10.0, 3.0]),
    )
    assert segments == [
        {
            "segment_customers": 3,
            "mean_distance": pytest.approx(10 / 3),
            "largest_distance": 6,
        },
        {"segment_customers": 1, "mean_distance": 2, "largest_distance": 2},
        {"segment_customers": 0, "mean_distance": None, "largest_distance": None},
    ]
    assert (fit["customers"], fit["inertia"]) == (4, 6**2 + 4**2 + 0 + 2**2)
    # To the next centroid: root of 10² + 6², 6, 10, root of 10² + 2².
    margins = [1 - 6 / 136**0.5, 1 - 4 / 6, 1, 1 - 2 / 104**0.5]
    assert fit["simplified_silhouette"] == pytest.approx(sum(margins) / 4)
    assert fit["davies_bouldin"] == pytest.approx((10 / 3 + 2) / 10)
    # Means (4/3, 1) and (10, 1), of all (3.5, 1); b counts four times.
    between = 3 * (3.5 - 4 / 3) ** 2 + (10 - 3.5) ** 2
    within = (2 * (4 / 3) ** 2 + (8 / 3) ** 2) + 4 * (2**2 + 1 + 1)
    assert fit["calinski_harabasz"] == pytest.approx(between / within * 2 / 1)


def test_a_customer_on_two_centroids_at_once_has_no_margin(kmeans_fits):
    *_, fit, _ = kmeans_fits.measured(
        table(np.array([[0.0], [8.0]])),
        ["a"],
        np.ones(1),
        np.array([[0.0], [0.0], [8.0]]),
        np.array([8.0]),
    )
    assert fit["simplified_silhouette"] == 0.5


@settings(modest, max_examples=60)
@given(shaped_vectors())
def test_figures_equal_numpy(kmeans_fits, data):
    vectors, clusters, generator = data
    centroids = generator.choice(np.unique(vectors, axis=0), clusters, replace=False)
    centroids += generator.uniform(1e-6, 1e-4, centroids.shape)
    weights = generator.uniform(0.1, 9, vectors.shape[1])
    *_, fit, segments = kmeans_fits.measured(
        *(table(vectors), letters(vectors), weights, centroids),
        reach_of(vectors) + 1e-4,
    )
    distances = lengths(vectors, centroids, weights)
    nearest, following = np.sort(distances)[:, :2].T
    labels = distances.argmin(axis=1)
    assert fit["customers"] == len(vectors)
    assert fit["inertia"] == pytest.approx((nearest**2).sum(), rel=1e-9)
    assert fit["simplified_silhouette"] == pytest.approx(
        np.mean(1 - nearest / following)
    )
    assert [segment["segment_customers"] for segment in segments] == [
        (labels == slot).sum() for slot in range(clusters)
    ]
    for slot in set(labels):
        mine = nearest[labels == slot]
        assert segments[slot]["mean_distance"] == pytest.approx(mine.mean())
        assert segments[slot]["largest_distance"] == pytest.approx(mine.max())


@settings(modest, max_examples=60)
@given(shaped_vectors())
def test_indices_equal_scikit_learn(kmeans_fits, data):
    vectors, clusters, generator = data
    weights = generator.uniform(0.1, 9, vectors.shape[1])
    scaled = vectors * np.sqrt(weights)
    reference = KMeans(clusters, n_init=1, tol=0, random_state=0).fit(scaled)
    assume(len(np.unique(reference.labels_)) == clusters)
    *_, fit, _ = kmeans_fits.measured(
        *(table(vectors), letters(vectors), weights),
        reference.cluster_centers_ / np.sqrt(weights),
        reach_of(vectors) * (1 + 1e-9),
    )
    assert fit["inertia"] == pytest.approx(reference.inertia_, rel=1e-7)
    labels = reference.labels_
    assert fit["davies_bouldin"] == pytest.approx(
        metrics.davies_bouldin_score(scaled, labels), rel=1e-6
    )
    assert fit["calinski_harabasz"] == pytest.approx(
        metrics.calinski_harabasz_score(scaled, labels), rel=1e-6
    )


@pytest.mark.parametrize("scale", [1e-12, 1e12])
@pytest.mark.parametrize("offset", [0, 1e4])
def test_a_fit_is_that_of_any_magnitude(kmeans_fits, groups, scale, offset):
    vectors = groups(CORNERS, 100, 1.5, 8)
    start = np.array(CORNERS) + 1.0
    reference = KMeans(4, init=start, n_init=1, tol=0).fit(vectors)
    moved = (vectors + offset) * scale
    arguments = (table(moved), ["a", "b"], np.ones(2))
    centroids, _, passes, *_ = kmeans_fits.refine(
        *arguments,
        *((start + offset) * scale, reach_of(moved), reference.inertia_ * scale**2),
    )
    assert passes < 12
    assert centroids / scale - offset == pytest.approx(
        np.array(sorted(reference.cluster_centers_.tolist())), abs=1e-3
    )
    *_, fit, _ = kmeans_fits.measured(*arguments, centroids, reach_of(moved))
    labels = reference.labels_
    assert fit["inertia"] / scale**2 == pytest.approx(reference.inertia_, rel=1e-6)
    assert fit["davies_bouldin"] == pytest.approx(
        metrics.davies_bouldin_score(vectors, labels), rel=1e-3
    )
    assert fit["calinski_harabasz"] == pytest.approx(
        metrics.calinski_harabasz_score(vectors, labels), rel=1e-5
    )


# segment_ids


@st.composite
def earlier_segments(draw):
    """Centroids of an earlier fit by id, at least 6 apart, and a generator."""
    clusters, columns = draw(st.integers(2, 7)), draw(st.integers(1, 4))
    generator = np.random.default_rng(draw(st.integers(0, 10_000)))
    numbers = draw(
        st.lists(st.integers(1, 30), min_size=clusters, max_size=clusters, unique=True)
    )
    cells = generator.choice(8**columns if columns > 1 else 12, clusters, replace=False)
    places = np.column_stack([cells // 8**power % 8 for power in range(columns)])
    places = places if columns > 1 else cells[:, None]
    centroids = 10.0 * places + generator.uniform(-2, 2, places.shape)
    ids = [f"value-{number}" for number in numbers]
    return dict(zip(ids, centroids, strict=True)), generator


def number(segment_id):
    return int(segment_id.removeprefix("value-"))


def test_first_fit_numbers_its_segments_in_order(kmeans_fits):
    ids = kmeans_fits.segment_ids("value", np.eye(3), {}, set())
    assert ids == ["value-1", "value-2", "value-3"]


@modest
@given(earlier_segments())
def test_permuted_centroids_keep_their_ids(kmeans_fits, data):
    earlier, generator = data
    names = generator.permutation(list(earlier)).tolist()
    centroids = np.array([earlier[name] for name in names])
    assert kmeans_fits.segment_ids("value", centroids, earlier, set(earlier)) == names


@modest
@given(earlier_segments())
def test_a_small_move_keeps_ids(kmeans_fits, data):
    earlier, generator = data
    names = generator.permutation(list(earlier)).tolist()
    centroids = np.array([earlier[name] for name in names])
    direction = generator.normal(size=centroids.shape)
    moved = centroids + direction / np.linalg.norm(direction, axis=1, keepdims=True)
    assert kmeans_fits.segment_ids("value", moved, earlier, set(earlier)) == names


@modest
@given(earlier_segments())
def test_a_split_gives_one_new_id_and_keeps_the_others(kmeans_fits, data):
    earlier, generator = data
    names = list(earlier)
    parent = names[generator.integers(len(names))]
    halves = earlier[parent] + np.array([[-0.9], [1.0]])
    others = [name for name in names if name != parent]
    centroids = np.vstack([halves, *[[earlier[name]] for name in others]])
    used = {*earlier, "value-33"}
    ids = kmeans_fits.segment_ids("value", centroids, earlier, used)
    # The half that lies nearer is the same segment.
    assert ids == [parent, "value-34", *others]


@modest
@given(earlier_segments())
def test_a_merger_keeps_one_of_the_two_ids_and_gives_no_new_one(kmeans_fits, data):
    earlier, _ = data
    first, second, *others = earlier
    merged = 0.6 * earlier[first] + 0.4 * earlier[second]
    gaps = {name: np.linalg.norm(merged - earlier[name]) for name in earlier}
    assume(min(gaps, key=gaps.get) == first)
    centroids = np.array([merged, *[earlier[name] for name in others]])
    ids = kmeans_fits.segment_ids("value", centroids, earlier, set(earlier))
    assert ids == [first, *others]


@modest
@given(earlier_segments())
def test_a_vanished_id_is_never_given_again(kmeans_fits, data):
    earlier, _ = data
    lost, *kept = earlier
    used, before = set(earlier), earlier
    for _ in range(3):
        without = np.array([before[name] for name in kept])
        ids = kmeans_fits.segment_ids("value", without, before, used)
        assert ids == kept
        before = dict(zip(ids, without, strict=True))
        # It comes back in its old place, but nobody stayed in between.
        back = np.vstack([without, earlier[lost]])
        ids = kmeans_fits.segment_ids("value", back, before, used)
        assert ids[:-1] == kept
        assert number(ids[-1]) == max(map(number, used)) + 1
        used |= set(ids)
        before = dict(zip(ids, back, strict=True))
    assert len(used) == len(earlier) + 3


@modest
@given(earlier_segments(), st.integers(1, 8))
def test_an_id_goes_to_the_closest_of_those_that_lie_nearest_to_its_old_centroid(
    kmeans_fits, data, clusters
):
    earlier, generator = data
    names = list(earlier)
    new = generator.uniform(-5, 85, size=(clusters, len(earlier[names[0]])))
    between = lengths(new, np.array([earlier[name] for name in names]))
    owner = {}
    for place, name in enumerate(names):
        followers = [row for row in range(clusters) if between[row].argmin() == place]
        if followers:
            owner[min(followers, key=lambda row, at=place: between[row, at])] = name
    following = itertools.count(max(map(number, names)) + 1)
    expected = [
        owner[row] if row in owner else f"value-{next(following)}"
        for row in range(clusters)
    ]
    assert kmeans_fits.segment_ids("value", new, earlier, set(names)) == expected


def test_short_moves_do_not_hand_ids_on(kmeans_fits):
    # 0 is gone and 19 is new; the sum of moves is least if 10 inherits from 0.
    earlier = {"value-1": np.array([0.0]), "value-2": np.array([10.0])}
    new = np.array([[9.0], [19.0]])
    ids = kmeans_fits.segment_ids("value", new, earlier, set(earlier))
    assert ids == ["value-2", "value-3"]


def test_one_that_moved_into_the_place_of_another_is_treated_by_the_rule(kmeans_fits):
    earlier = {"value-1": np.array([0.0, 0.0]), "value-2": np.array([10.0, 0.0])}
    # Paired with value-1 at the least sum, and nearer to it than to value-2: same.
    stayed = np.array([[10.0, 0.1], [0.0, 30.0]])
    ids = kmeans_fits.segment_ids("value", stayed, earlier, set(earlier))
    assert ids == ["value-2", "value-1"]
    # Paired with value-1 as well, but nearer to value-2: too far gone, so new.
    gone = np.array([[10.0, 0.1], [14.0, 20.0]])
    ids = kmeans_fits.segment_ids("value", gone, earlier, set(earlier))
    assert ids == ["value-2", "value-3"]


@pytest.mark.parametrize("order", [1, -1])
def test_a_tie_goes_to_the_lowest_number_however_the_ids_are_listed(kmeans_fits, order):
    places = [("value-10", np.array([-1.0])), ("value-9", np.array([1.0]))]
    ids = kmeans_fits.segment_ids(
        "value", np.zeros((1, 1)), dict(places[::order]), {"value-9", "value-10"}
    )
    assert ids == ["value-9"]


def test_numbers_are_compared_as_numbers_and_names_may_hold_hyphens(kmeans_fits):
    used = {"high-value-9", "high-value-10"}
    ids = kmeans_fits.segment_ids("high-value", np.zeros((1, 1)), {}, used)
    assert ids == ["high-value-11"]


# quantile_bins, in_own_units


@st.composite
def weighted_values(draw):
    """Values with many ties, and whole weights."""
    rows = draw(
        st.lists(
            st.tuples(st.integers(-8, 8), st.integers(1, 30)), min_size=1, max_size=40
        )
    )
    values, weights = np.array(rows, dtype=float).T
    return values, weights


@settings(modest, max_examples=150)
@given(weighted_values())
def test_bins_equal_a_direct_count_on_repeated_rows(kmeans_fits, data):
    values, weights = data
    bounds, shares = kmeans_fits.quantile_bins(values, weights)
    rows = sorted(np.repeat(values, weights.astype(int)).tolist())
    # The tenths by whole numbers: the value that the i-th tenth of the rows reaches.
    tenths = {rows[-(-len(rows) * tenth // 10) - 1] for tenth in range(1, 10)}
    lower = [row for row in rows if row < rows[-1]]
    assert bounds == sorted({min(tenth, lower[-1]) for tenth in tenths if lower})
    edges = [-np.inf, *bounds, np.inf]
    counts = [
        sum(lower < value <= upper for value in rows)
        for lower, upper in itertools.pairwise(edges)
    ]
    assert shares == pytest.approx([count / len(rows) for count in counts])
    assert sum(shares) == pytest.approx(1)
    assert min(shares) > 0


def test_bins_of_continuous_values_are_about_equally_full(kmeans_fits):
    values = np.random.default_rng(0).lognormal(size=5000)
    bounds, shares = kmeans_fits.quantile_bins(values, np.ones(5000))
    assert bounds == pytest.approx(
        np.quantile(values, np.arange(1, 10) / 10, method="inverted_cdf")
    )
    assert shares == pytest.approx([0.1] * 10)


def test_bins_merge_where_most_customers_share_a_value(kmeans_fits):
    values, weights = np.array([3.0, 0.0, 1.0, 2.0]), np.array([5.0, 80.0, 10.0, 5.0])
    bounds, shares = kmeans_fits.quantile_bins(values, weights)
    assert bounds == [0, 1]
    assert shares == pytest.approx([0.8, 0.1, 0.1])


def test_bins_set_the_maximum_apart_where_most_customers_have_it(kmeans_fits):
    values, weights = np.array([5.0, 1.0, 4.0]), np.array([97.0, 1.0, 2.0])
    bounds, shares = kmeans_fits.quantile_bins(values, weights)
    assert bounds == [4]
    assert shares == pytest.approx([0.03, 0.97])


def test_bins_of_a_constant_column_are_one_bin(kmeans_fits):
    bins = kmeans_fits.quantile_bins(np.full(4, 2.5), np.arange(1.0, 5.0))
    assert bins == ([], [1.0])


@pytest.mark.parametrize(
    ("transform", "prepared"),
    [("log", "ln(1 + x)"), ("sqrt", "sqrt(x)"), ("none", "x")],
)
def test_own_units_undo_what_sql_prepares(kmeans_fits, transform, prepared):
    raw = np.array([0.0, 0.5, 1.0, 7.0, 12_345.678])
    rows = duckdb.execute(
        f"select ({prepared} - 1.25) / 3.5 from (select unnest(?) as x)", [raw.tolist()]
    ).fetchall()
    preparation = {"transform": transform, "center": 1.25, "scale": 3.5}
    found = kmeans_fits.in_own_units(np.ravel(rows), preparation)
    assert found == pytest.approx(raw, rel=1e-12, abs=1e-12)


# standard_scores


def test_standard_scores_equal_z_scores_of_repeated_rows(kmeans_fits):
    generator = np.random.default_rng(5)
    values, weights = generator.gamma(2, 3, 50), generator.integers(1, 9, 50)
    centroids = np.array([1.0, 6.0, 20.0])
    scaler = StandardScaler().fit(np.repeat(values, weights)[:, None])
    found = kmeans_fits.standard_scores(centroids, values, weights)
    assert found == pytest.approx(scaler.transform(centroids[:, None]).ravel())


def test_standard_scores_of_a_constant_are_zero(kmeans_fits):
    scores = kmeans_fits.standard_scores(np.ones(3), np.ones(5), np.ones(5))
    assert scores.tolist() == [0, 0, 0]


# fit_id, newest_centroids

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
def test_fit_id_changes_with_each_of_its_parts(kmeans_fits, change):
    changed = kmeans_fits.fit_id(CHOSEN | change, [AGE])
    assert changed != kmeans_fits.fit_id(CHOSEN, [AGE])


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
def test_fit_id_changes_with_the_preparation(kmeans_fits, change):
    changed = kmeans_fits.fit_id(CHOSEN, [AGE | change])
    assert changed != kmeans_fits.fit_id(CHOSEN, [AGE])


def test_fit_id_does_not_change_with_anything_else(kmeans_fits):
    other = dict(reversed(CHOSEN.items())) | {"inertia": 2.0, "fitted_at": "now"}
    assert kmeans_fits.fit_id(other, [AGE]) == kmeans_fits.fit_id(
        dict(CHOSEN), [AGE | {"customers": 7}]
    )


def registered(fit, at, centroids, segmentation="value"):
    """Return registry rows of one fit: centroids by segment id and feature."""
    return [
        {
            "fit_id": fit,
            "segmentation": segmentation,
            "fitted_at": datetime(2026, 1, 1),
            "adopted_at": datetime(2026, 1, 1) + timedelta(days=at),
            "segment_id": segment,
            "feature": feature,
            "centroid": value,
        }
        for segment, values in centroids.items()
        for feature, value in values.items()
    ]


REGISTRY = [
    *registered("b", 2, {"value-2": {"age": 1.0, "income": 2.0, "debt": 3.0}}),
    *registered("b", 2, {"value-3": {"age": 4.0, "income": 5.0, "debt": 6.0}}),
    *registered("a", 1, {"value-1": {"age": 7.0, "score": 8.0}}),
    *registered("c", 3, {"other-1": {"age": 9.0, "income": 9.0}}, "other"),
]


def test_newest_centroids_are_those_of_the_shared_features_in_the_new_order(
    kmeans_fits,
):
    earlier, shared = kmeans_fits.newest_centroids(
        REGISTRY, "value", ["score", "income", "kids", "age"]
    )
    assert shared.tolist() == [1, 3]
    assert {segment: list(values) for segment, values in earlier.items()} == {
        "value-2": [2, 1],
        "value-3": [5, 4],
    }


@pytest.mark.parametrize(
    ("segmentation", "features"), [("value", ["score", "kids"]), ("new", ["age"])]
)
def test_no_centroids_are_newest_without_a_fit_or_a_shared_feature(
    kmeans_fits, segmentation, features
):
    earlier, shared = kmeans_fits.newest_centroids(REGISTRY, segmentation, features)
    assert earlier == {}
    assert np.eye(len(features))[:, shared].shape == (len(features), 0)


# model

PEOPLE = [[30, 20], [30, 80], [60, 20], [60, 80]]


# Where the candidates' centroids lie: not in the order of the segments to come.
SIGNS = ((-1, -1), (1, 1), (-1, 1), (1, -1))
SEGMENTATIONS = {"value": ["age", "income"], "lifestyle": ["age"]}
LISTS = ["centroids", "segment_stability"]
KEY = ["segmentation", "configuration_hash", "data_fingerprint", "clusters"]


@pytest.fixture
def project(session, groups):
    """A database with what the model refers to, and tables of misleading names."""
    fill(session, groups(PEOPLE, 40, 3.0, 11).round())
    for name in ("customers", "training", "registry", "vectors", "standardized"):
        session.execute(f"create table {name} as select 'decoy' as age")
    session.execute("create table base_registry as select '' as fit_id where false")
    session.execute("create view int_build as select now()::timestamp as started_at")
    session.execute(
        "create table int_segments_before (customer_id int, segmentation varchar, "
        "segment_id varchar)"
    )
    return session


def fill(session, raw, due=("value", "lifestyle")):
    """Write the tables that the model refers to, as the models before it would.

    Args:
        session: a DuckDB.
        raw: (n, 2) age and income of the customers.
        due: the segmentations that have training vectors.
    """
    scaler = StandardScaler().fit(raw)
    z = pd.DataFrame(scaler.transform(raw), columns=["age", "income"])
    standardized, preparations, quality = [], [], []
    for segmentation, features in SEGMENTATIONS.items():
        standardized.append(z[features].assign(segmentation=segmentation))
        for position, feature in enumerate(features):
            preparations.append(
                {
                    "segmentation": segmentation,
                    "feature": feature,
                    "position": position,
                    "customers": len(raw),
                    "imputed_value": 40.0 if feature == "age" else None,
                    "lower_bound": None,
                    "upper_bound": 1e6,
                    "transform": "none",
                    "center": scaler.mean_[position],
                    "scale": scaler.scale_[position],
                    "weight": 1.0,
                    "lowest_z": z[feature].min(),
                    "highest_z": z[feature].max(),
                }
            )
        for clusters in (2, 3, 4):
            quality.append(
                {
                    "segmentation": segmentation,
                    "configuration_hash": f"{segmentation}-c1",
                    "data_fingerprint": f"d{crc32(raw.tobytes())}",
                    "clusters": clusters,
                    "customers": len(raw),
                    "training_customers": len(raw),
                    "inertia": 0.3 * len(raw),
                    "simplified_silhouette": 0.1 * clusters,
                    "stability": 0.2 * clusters,
                    "is_chosen": clusters == 2 * len(features),
                    "centroids": [
                        [1.5 * sign for sign in signs[: len(features)]]
                        for signs in SIGNS[:clusters]
                    ],
                    "segment_stability": [0.9, 0.8, 0.7, 0.6][:clusters],
                }
            )
    quality = pd.DataFrame(quality)
    tables = {
        "customer_features_standardized": pd.concat(standardized),
        "feature_preparation": pd.DataFrame(preparations[::-1]),
        "segmentation_quality": quality.drop(columns=LISTS),
        "kmeans_candidates": quality[[*KEY, *LISTS]],
    }
    for name, frame in tables.items():
        session.register("frame", frame)
        session.execute(f"create or replace table {name} as from frame")
        session.unregister("frame")
    session.execute(
        """
        create or replace table int_training_vectors as
        select segmentation, age, income, count(*) as customers
        from customer_features_standardized
        where list_contains(?, segmentation)
        group by segmentation, age, income
        """,
        [list(due)],
    )


def of(rows, segmentation):
    return [row for row in rows if row["segmentation"] == segmentation]


def test_model_without_training_vectors_is_an_empty_typed_table(
    kmeans_fits, project, build, has_declared_types
):
    project.execute("delete from int_training_vectors")
    assert build(kmeans_fits, project) == []
    has_declared_types(kmeans_fits, project)


def test_model_gives_a_row_per_segment_and_feature(
    kmeans_fits, project, build, has_declared_types
):
    rows = build(kmeans_fits, project)
    has_declared_types(kmeans_fits, project)
    assert [
        (row["position"], row["feature"], row["segment_index"], row["segment_id"])
        for row in of(rows, "value")
    ] == [
        (position, feature, slot, f"value-{slot + 1}")
        for position, feature in enumerate(["age", "income"])
        for slot in range(4)
    ]
    assert [(row["feature"], row["segment_id"]) for row in of(rows, "lifestyle")] == [
        ("age", "lifestyle-1"),
        ("age", "lifestyle-2"),
    ]
    assert len({row["fit_id"] for row in rows}) == 2


def test_model_fits_as_scikit_learn_does(kmeans_fits, project, build, groups):
    raw = groups(PEOPLE, 40, 3.0, 11).round()
    scaler = StandardScaler().fit(raw)
    reference = KMeans(4, n_init=10, tol=0, random_state=0).fit(scaler.transform(raw))
    order = np.lexsort(reference.cluster_centers_.T[::-1])
    centroids = reference.cluster_centers_[order]
    values = scaler.inverse_transform(centroids)
    sizes = np.bincount(reference.labels_)[order]
    distances = lengths(scaler.transform(raw), reference.cluster_centers_)
    gaps, following = np.sort(distances)[:, :2].T
    for row in of(build(kmeans_fits, project), "value"):
        slot, column = row["segment_index"], row["position"]
        mine = gaps[reference.labels_ == order[slot]]
        found = [
            row["inertia"],
            row["simplified_silhouette"],
            row["davies_bouldin"],
            row["calinski_harabasz"],
            row["centroid"],
            row["centroid_value"],
            row["segment_customers"],
            row["mean_distance"],
            row["largest_distance"],
            row["center"],
            row["scale"],
        ]
        assert found == pytest.approx(
            [
                reference.inertia_,
                np.mean(1 - gaps / following),
                metrics.davies_bouldin_score(scaler.transform(raw), reference.labels_),
                metrics.calinski_harabasz_score(
                    scaler.transform(raw), reference.labels_
                ),
                centroids[slot, column],
                values[slot, column],
                sizes[slot],
                mine.mean(),
                mine.max(),
                scaler.mean_[column],
                scaler.scale_[column],
            ]
        )
        assert (row["customers"], row["clusters"], row["transform"]) == (160, 4, "none")
        assert row["stability"] == 0.8


def test_model_gives_each_segment_the_stability_of_its_centroid(
    kmeans_fits, project, build
):
    rows = of(build(kmeans_fits, project), "value")
    signs = {
        row["segment_index"]: tuple(
            np.sign(other["centroid"])
            for other in rows
            if other["segment_index"] == row["segment_index"]
        )
        for row in rows
    }
    found = {signs[row["segment_index"]]: row["segment_stability"] for row in rows}
    assert found == dict(zip(SIGNS, [0.9, 0.8, 0.7, 0.6], strict=True))
    assert list(signs.values()) != list(SIGNS)


def test_model_keeps_the_preparation_of_each_feature(kmeans_fits, project, build):
    names = ("feature", "imputed_value", "lower_bound", "upper_bound", "weight")
    rows = of(build(kmeans_fits, project), "value")
    assert {tuple(row[name] for name in names) for row in rows} == {
        ("age", 40, None, 1e6, 1),
        ("income", None, None, 1e6, 1),
    }


@pytest.mark.parametrize(
    ("segmentation", "feature"),
    [("value", "age"), ("value", "income"), ("lifestyle", "age")],
)
def test_model_keeps_the_distribution_of_each_feature(
    kmeans_fits, project, build, segmentation, feature
):
    values = project.execute(
        f"select {feature} from customer_features_standardized "
        f"where segmentation = '{segmentation}'"
    ).fetchnumpy()[feature]
    for row in of(build(kmeans_fits, project), segmentation):
        if row["feature"] == feature:
            tenths = np.quantile(values, np.arange(1, 10) / 10, method="inverted_cdf")
            assert row["bin_bounds"] == pytest.approx(np.unique(tenths))
            inside = np.digitize(values, row["bin_bounds"], right=True)
            assert row["bin_shares"] == pytest.approx(np.bincount(inside) / 160)


def draw(project, choice):
    """Let the candidates come from a sample of the customers.

    Args:
        project: a database.
        choice: how many customers the candidates were chosen on.
    """
    project.execute(f"""
        update segmentation_quality
        set training_customers = {choice}, inertia = inertia * {choice} / customers
    """)


def starts(kmeans_fits, monkeypatch):
    """Return a list that gathers the centroids and inertias that passes start from."""
    seen = []

    def observed(*arguments):
        seen.append((arguments[3].tolist(), arguments[5]))
        return refine(*arguments)

    refine = kmeans_fits.refine
    monkeypatch.setattr(kmeans_fits, "refine", observed)
    return seen


def test_model_fits_the_larger_sample_before_all_customers(
    kmeans_fits, project, build, monkeypatch
):
    seen = starts(kmeans_fits, monkeypatch)
    build(kmeans_fits, project)
    # The sample of the choice is all of the training vectors: nothing to fit anew.
    assert [len(start) for start, _ in seen] == [4, 2]
    assert np.abs(seen[0][0]).tolist() == np.full((4, 2), 1.5).tolist()
    assert [inertia for _, inertia in seen] == pytest.approx([48, 48])

    seen.clear()
    draw(project, 40)
    project.execute("drop table kmeans_fits")
    rows = of(build(kmeans_fits, project), "value")
    vectors = project.execute(
        "select age, income from customer_features_standardized "
        "where segmentation = 'value'"
    ).fetchall()
    start = 1.5 * np.array(SIGNS, dtype=float)
    reference = KMeans(4, init=start, n_init=1, tol=0).fit(vectors)
    assert np.array(seen[0][0]) == pytest.approx(reference.cluster_centers_, abs=1e-7)
    # That of the sample, for all customers.
    assert seen[0][1] == pytest.approx(48)
    assert rows[0]["passes"] == 2
    assert rows[0]["inertia"] == pytest.approx(reference.inertia_)
    assert rows[0]["customers"] == 160
    # Each segment still has the stability of the candidate's centroid.
    stabilities = dict(zip(SIGNS, [0.9, 0.8, 0.7, 0.6], strict=True))
    places = {}
    for row in rows:
        places.setdefault(row["segment_index"], []).append(np.sign(row["centroid"]))
    for row in rows:
        place = tuple(places[row["segment_index"]])
        assert row["segment_stability"] == stabilities[place]


def test_model_gives_the_same_bits_for_shuffled_rows_and_any_threads(
    kmeans_fits, project, build
):
    draw(project, 40)
    results = []
    for threads, order in ((1, "age"), (2, "hash(age)"), (2, "-age, -income")):
        project.execute(f"set threads = {threads}; drop table if exists kmeans_fits")
        for name in ("customer_features_standardized", "int_training_vectors"):
            project.execute(
                f"create or replace table {name} as from {name} order by {order}"
            )
        with threadpool_limits(threads):
            rows = build(kmeans_fits, project)
        results.append(repr([{**row, "fitted_at": 0, "adopted_at": 0} for row in rows]))
    assert results[1:] == results[:1] * 2


def test_model_registers_the_same_input_once(kmeans_fits, project, build, monkeypatch):
    first = build(kmeans_fits, project)

    def unexpected(*_):
        raise AssertionError("refined again")

    monkeypatch.setattr(kmeans_fits, "refine", unexpected)
    assert build(kmeans_fits, project) == first


def test_model_keeps_the_registry_where_no_fit_is_due(
    kmeans_fits, project, build, groups
):
    first = build(kmeans_fits, project)
    fill(project, groups(PEOPLE, 40, 3.0, 12), due=())
    assert build(kmeans_fits, project) == first


def test_model_appends_a_fit_of_new_data_and_keeps_the_ids(
    kmeans_fits, project, build, groups
):
    first = build(kmeans_fits, project)
    fill(project, groups(PEOPLE, 55, 3.0, 12), due=("value",))
    second = build(kmeans_fits, project)
    assert second[: len(first)] == first
    added = second[len(first) :]
    assert {row["segmentation"] for row in added} == {"value"}
    assert {row["customers"] for row in added} == {220}
    assert {row["fit_id"] for row in added}.isdisjoint(row["fit_id"] for row in first)
    assert min(row["fitted_at"] for row in added) >= first[0]["fitted_at"]

    def places(rows):
        return {
            (row["segment_id"], row["feature"]): round(row["centroid_value"] / 10)
            for row in of(rows, "value")
        }

    assert places(added) == places(first)
    assert len(places(first)) == 8


def test_model_never_gives_the_id_of_a_vanished_segment_again(
    kmeans_fits, project, build, groups
):
    build(kmeans_fits, project)
    # An older fit had a value-20; and of the newest, value-4 lies far from anybody.
    project.execute("""
        insert into kmeans_fits
        select * replace (
            'older' as fit_id,
            'value-20' as segment_id,
            fitted_at - interval 1 day as fitted_at,
            adopted_at - interval 1 day as adopted_at
        )
        from kmeans_fits
        where segment_id = 'value-4';

        update kmeans_fits set centroid = centroid + 100
        where segment_id = 'value-4'
    """)
    fill(project, groups(PEOPLE, 40, 3.0, 13))
    rows = of(build(kmeans_fits, project), "value")
    newest = max(row["fitted_at"] for row in rows)
    assert {row["segment_id"] for row in rows if row["fitted_at"] == newest} == {
        "value-1",
        "value-2",
        "value-3",
        "value-21",
    }


def test_model_matches_on_the_features_that_both_fits_have(
    kmeans_fits, project, build, groups
):
    def incomes(rows):
        newest = max(row["fitted_at"] for row in of(rows, "value"))
        return {
            row["segment_id"]: round(row["centroid_value"] / 10)
            for row in of(rows, "value")
            if row["fitted_at"] == newest and row["feature"] == "income"
        }

    before = incomes(build(kmeans_fits, project))
    # As if the fit before had two segments, on income and something else.
    project.execute("""
        delete from kmeans_fits where segment_id in ('value-3', 'value-4');
        update kmeans_fits set feature = 'debt' where feature = 'age'
    """)
    fill(project, groups(PEOPLE, 40, 3.0, 14))
    after = incomes(build(kmeans_fits, project))
    assert sorted(after) == [f"value-{number}" for number in (1, 2, 3, 4)]
    assert {before["value-1"], before["value-2"]} == {2, 8}
    for name in ("value-1", "value-2"):
        assert after[name] == before[name]


@modest
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_relation_keeps_every_bit_of_a_double(kmeans_fits, value):
    rows = [{"centroid": value, "bin_bounds": [value, 1.0], "bin_shares": []}]
    (row,) = kmeans_fits.records(kmeans_fits.as_relation(duckdb, rows))
    assert {key: row[key] for key in rows[0]} == rows[0]


def test_relation_keeps_times_to_the_microsecond_and_nulls(kmeans_fits, session):
    at = datetime(2026, 2, 3, 4, 5, 6, 789012)
    (row,) = kmeans_fits.records(
        kmeans_fits.as_relation(session, [{"fitted_at": at, "mean_distance": None}])
    )
    assert row["fitted_at"] == at
    assert row["mean_distance"] is None


def import_registry(project):
    """Leave the registry to be imported, as `segmentation_registry` would show it."""
    project.execute("""
        create or replace table base_registry as
        select 'a name' as segment_name, * from kmeans_fits
    """)


def test_model_starts_from_an_imported_registry(kmeans_fits, project, build, groups):
    first = build(kmeans_fits, project)
    import_registry(project)
    project.execute("drop table kmeans_fits")
    fill(project, groups(PEOPLE, 55, 3.0, 12), due=[])
    assert build(kmeans_fits, project) == first


def test_model_prefers_its_own_registry_to_an_imported_one(
    kmeans_fits, project, build, groups
):
    build(kmeans_fits, project)
    import_registry(project)
    project.execute("drop table kmeans_fits")
    project.execute("update base_registry set fit_id = 'over there ' || segmentation")
    project.execute("create or replace table kmeans_fits as from base_registry limit 0")
    project.execute("alter table kmeans_fits drop segment_name")
    imported = build(kmeans_fits, project)
    assert len({row["fit_id"] for row in imported}) == 4

    project.execute("update base_registry set fit_id = 'never seen'")
    assert build(kmeans_fits, project) == imported


def test_model_fits_a_renamed_segmentation(kmeans_fits, project, build):
    build(kmeans_fits, project)
    for table_name in (
        "customer_features_standardized",
        "int_training_vectors",
        "feature_preparation",
        "segmentation_quality",
        "kmeans_candidates",
    ):
        project.execute(
            f"update {table_name} set segmentation = 'worth' "
            "where segmentation = 'value'"
        )
    assert of(build(kmeans_fits, project), "worth")


def test_model_fits_anew_when_all_values_moved_together(kmeans_fits, project, build):
    build(kmeans_fits, project)
    project.execute(
        "update feature_preparation set center = center + 1 where feature = 'age'"
    )
    rows = of(build(kmeans_fits, project), "value")
    assert len({row["fit_id"] for row in rows}) == 2


def test_model_adopts_an_earlier_fit_when_its_data_are_back(
    kmeans_fits, project, build, groups
):
    first, second = groups(PEOPLE, 40, 3.0, 11), groups(PEOPLE, 55, 3.0, 12)
    for raw in (first, second, first):
        fill(project, raw)
        rows = of(build(kmeans_fits, project), "value")
    adopted = max(rows, key=lambda row: row["adopted_at"])
    assert adopted["customers"] == len(first)
    assert adopted["fitted_at"] < adopted["adopted_at"]
    assert len({row["fit_id"] for row in rows}) == 2


def test_model_is_not_misled_by_a_table_of_its_name_elsewhere(
    kmeans_fits, project, build
):
    project.execute("attach ':memory:' as published")
    project.execute("create table published.main.kmeans_fits (a int)")
    assert build(kmeans_fits, project)
