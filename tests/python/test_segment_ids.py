"""Segments keep their ids as long as they are the same segments."""

import itertools
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from vectors import lengths, modest

pytestmark = pytest.mark.usefixtures("one_thread")


@st.composite
def earlier_segments(draw):
    """Draw centroids of an earlier fit by id, at least 6 apart, and a generator."""
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
    # Of the two halves of the split segment, the one nearer to the old centroid keeps
    # the id.
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
        # A segment that was missing in one fit gets a new id, even if it returns to its
        # old place.
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
    # The segment at 0 is gone, and that at 19 is new. The smallest sum of moves would
    # pair 9 with 0 and 19 with 10.
    earlier = {"value-1": np.array([0.0]), "value-2": np.array([10.0])}
    new = np.array([[9.0], [19.0]])
    ids = kmeans_fits.segment_ids("value", new, earlier, set(earlier))
    assert ids == ["value-2", "value-3"]


def test_one_that_moved_into_the_place_of_another_is_treated_by_the_rule(kmeans_fits):
    earlier = {"value-1": np.array([0.0, 0.0]), "value-2": np.array([10.0, 0.0])}
    # The second centroid is nearest to value-1, so it continues value-1.
    stayed = np.array([[10.0, 0.1], [0.0, 30.0]])
    ids = kmeans_fits.segment_ids("value", stayed, earlier, set(earlier))
    assert ids == ["value-2", "value-1"]
    # The second centroid is now nearest to value-2, which is taken, so it is new.
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


def test_customers_decide_before_centroids(kmeans_fits):
    # Centroid 10 is nearest to value-1, but its customers come from value-3. The
    # customers of 11 continue no segment. Centroids 20 and 31 have new customers, so
    # each continues the nearest segment, unless it is taken: value-3 is taken by 10.
    earlier = {f"value-{i}": np.array([10.0 * i]) for i in (1, 2, 3)}
    new = np.array([[10.0], [11.0], [20.0], [31.0]])
    continued = {0: "value-3", 1: None}
    ids = kmeans_fits.segment_ids("value", new, earlier, set(earlier), continued)
    assert ids == ["value-3", "value-4", "value-2", "value-5"]
