"""Fits, champions and ids of segments through refits, pins and an imported registry."""

import pytest
from simulation import same, scored, segment_of, told
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler
from stages import FEATURES, MEMORY, SCORED

pytestmark = pytest.mark.slow


def test_fits_are_those_of_scikit_learn(story):
    for name in ("first", "refitted"):
        stage = story[name]
        z = StandardScaler().fit_transform(stage.customers[["x", "y"]])
        kmeans = KMeans(4, n_init=10, random_state=0).fit(z)
        mine = scored(stage, stage.customers, stage.champion("groups"))
        found = stage.customer_segments.query("segmentation == 'groups'")
        found = found.set_index("customer_id").loc[mine.index]

        assert len(set(zip(mine.segment_id, kmeans.labels_, strict=True))) == 4
        assert kmeans.transform(z).min(axis=1) == pytest.approx(mine.distance)
        assert found.segment_id.equals(mine.segment_id)
        assert found.distance.to_numpy() == pytest.approx(mine.distance.to_numpy())
        assert found.margin.to_numpy() == pytest.approx(mine.margin.to_numpy())


@pytest.mark.parametrize("name", ["again", "refitted again", "unpinned", "refreshed"])
def test_a_build_with_nothing_new_adds_nothing(story, name):
    """The stage "unpinned" is compared with the stage that had the same champions."""
    stage, before = story[name], story.before(name)
    if name == "unpinned":
        before = story["refitted again"]
        assert same(stage.kmeans_fits, before.kmeans_fits)
    else:
        assert all(same(stage.tables[table], before.tables[table]) for table in MEMORY)
    assert same(stage.customer_segments, before.customer_segments, "scored_at")


def test_later_customers_are_scored_by_the_fit_that_is_there(story):
    first, later = story["first"], story["later"]
    expected = scored(later, later.customers, first.champion("groups"))
    found = later.customer_segments.query("segmentation == 'groups'")
    found = found.set_index("customer_id").loc[expected.index]

    assert same(first.kmeans_fits, later.kmeans_fits)
    assert found.segment_id.equals(expected.segment_id)
    assert found.distance.to_numpy() == pytest.approx(expected.distance.to_numpy())


def test_learning_without_a_fit_due_loads_no_scikit_learn(story):
    assert story["later"].result.loaded == []


def test_segments_keep_their_ids_in_a_refit(story):
    first, refitted = story["first"], story["refitted"]

    assert first.champion("groups") != refitted.champion("groups")
    for customer in (30, 90, 150, 210):
        assert segment_of(refitted, customer) == segment_of(first, customer)


def test_pinned_fits_score_as_they_did(story):
    pinned = story["pinned"]
    causes = {event[-1] for event in told(pinned)}

    assert causes == {"model"}
    for segmentation in FEATURES:
        assert pinned.champion(segmentation) == story["first"].champion(segmentation)


def test_an_earlier_configuration_comes_back_without_a_fit(story):
    before, three, four = story["unpinned"], story["three"], story["four again"]

    assert same(three.kmeans_fits, four.kmeans_fits, "adopted_at")
    assert four.champion("groups") == before.champion("groups")
    assert three.champion("groups") != before.champion("groups")
    assert same(before.customer_segments, four.customer_segments, "scored_at")
    for stage in (three, four):
        assert {event[-1] for event in told(stage)} == {"model"}


def test_ids_of_a_fit_with_fewer_segments_are_old_or_never_seen(story):
    old = set(
        story["unpinned"].kmeans_fits.query("segmentation == 'groups'").segment_id
    )
    ids = story["three"].kmeans_fits.query("clusters == 3").segment_id.unique()

    assert old == {f"groups-{number}" for number in range(1, 5)}
    assert len(ids) == 3
    assert set(ids) - old <= {"groups-5", "groups-6", "groups-7"}


def test_champions_are_logged_when_they_change(story):
    last = story["shifted"]
    expected = []
    before = {}
    for name in SCORED:
        stage = story[name]
        for segmentation, options in stage.segmentations.items():
            fit_id = stage.champion(segmentation) if "features" in options else None
            if before.get(segmentation) != (fit_id, options):
                expected.append((segmentation, fit_id, stage.time))
            before[segmentation] = fit_id, options
    log = last.segmentation_champions
    found = log[["segmentation", "fit_id", "champion_since"]]

    assert len(expected) == 13
    assert set(
        found.astype(object)
        .where(found.notna(), None)
        .itertuples(index=False, name=None)
    ) == set(expected)


def test_an_imported_registry_scores_as_where_it_comes_from(story, imported):
    there, here = story["unpinned"], imported["imported"]

    assert same(here.kmeans_fits, there.kmeans_fits)
    assert same(here.customer_segments, there.customer_segments, "scored_at")
    assert same(here.segmentation_registry, there.segmentation_registry)


def test_an_empty_first_build_does_not_get_in_the_way_of_the_import(imported):
    stage = imported["empty"]

    assert stage.result.success, stage.result.error
    for table in (
        "customer_segment_history",
        "segment_names",
        "segmentation_champions",
    ):
        assert stage.tables[table].empty


def test_own_fits_go_on_from_the_imported_ones(imported):
    there, own, never = (
        imported[name].kmeans_fits for name in ("imported", "own", "never")
    )
    mine = own[~own.fit_id.isin(there.fit_id)]

    assert same(own[own.fit_id.isin(there.fit_id)], there)
    assert set(mine.segmentation) == {"groups", "habits"}
    assert set(mine.segment_id) <= set(there.segment_id)
    assert same(own, never)
    for segmentation in FEATURES:
        assert imported["never"].champion(segmentation) in set(mine.fit_id)
