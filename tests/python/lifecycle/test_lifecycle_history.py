"""The history and the migrations equal those of the simulation."""

import pandas as pd
import pytest
from simulation import same, segment_of, told
from stages import SCORED

pytestmark = pytest.mark.slow


def test_every_command_did_as_it_should(story):
    failed = [name for name, stage in story.stages.items() if not stage.result.success]

    assert failed == [
        *("may not fit", "pinned to nothing", "pinned apart", "nobody"),
        *("misnamed", "named alike", "named like a value"),
    ]


@pytest.mark.parametrize("name", SCORED)
def test_the_history_is_what_the_simulation_says(story, simulated, name):
    assert told(story[name]) == simulated[name]


def test_the_story_has_every_cause(simulated):
    causes = {event[-1] for events in simulated.values() for event in events}

    assert causes == {"joined", "left", "removed", "customer", "model", "both"}


@pytest.mark.parametrize(
    ("customers", "cause"),
    [
        (range(60, 65), "model"),
        (range(120, 125), "both"),
        (range(125, 130), "customer"),
    ],
)
def test_a_refit_tells_who_moved_and_what_moved_them(story, customers, cause):
    first_group = segment_of(story["refitted"], 30)
    moved = {event for event in told(story["refitted"]) if event[1] in customers}

    assert {(event[0], event[1], *event[3:]) for event in moved} == {
        ("groups", customer, first_group, cause) for customer in customers
    }


@pytest.mark.parametrize("name", SCORED)
def test_the_current_stays_are_the_segments_of_the_customers(story, name):
    stage = story[name]
    columns = ["segmentation", "customer_id", "segment_id"]
    stays = stage.customer_segment_history
    stays = stays[stays.is_current & stays.segmentation.isin(stage.segmentations)]
    sizes = stays.groupby(["segmentation", "segment_id"]).size()

    assert same(stays[columns], stage.customer_segments[columns])
    assert (
        sizes.to_dict()
        == stage.segments.set_index(["segmentation", "segment_id"])
        .customers.astype(int)
        .to_dict()
    )


@pytest.mark.parametrize("name", SCORED)
def test_stays_of_a_customer_follow_each_other_without_gap(story, name):
    stays = story[name].customer_segment_history.sort_values("valid_from")

    for _, mine in stays.groupby(["segmentation", "customer_id"]):
        *earlier, last = mine.itertuples()
        assert mine.cause.iloc[0] == "joined"
        assert last.is_current == pd.isna(last.valid_to) == pd.isna(last.ending)
        for stay, following in zip(earlier, mine.iloc[1:].itertuples(), strict=True):
            assert not stay.is_current
            assert stay.valid_from < stay.valid_to
            if stay.ending == "moved":
                assert stay.valid_to == following.valid_from
                assert stay.segment_id == following.previous_segment_id
                assert stay.segment_id != following.segment_id
            else:
                assert stay.ending in ("left", "removed")
                assert stay.valid_to < following.valid_from
                assert following.cause == "joined"


@pytest.mark.parametrize("name", SCORED)
def test_migrations_count_the_history(story, name):
    stage = story[name]
    columns = ["segmentation", "from", "to", "cause"]
    events = pd.DataFrame(told(stage), columns=[*columns[:1], "customer", *columns[1:]])
    counted = events.groupby(columns, dropna=False).size()
    migrations = stage.segment_migrations
    found = migrations[migrations.moved_at == stage.time].rename(
        columns={"from_segment_id": "from", "to_segment_id": "to"}
    )
    expected = counted.rename("customers").reset_index()
    before = expected.groupby("segmentation").customers.transform("sum")
    expected["share"] = expected.customers / before.where(
        expected.cause == "removed", len(stage.customers)
    )

    assert same(
        found[[*columns, "customers", "share"]].astype(object), expected.astype(object)
    )


def test_a_segment_has_the_name_of_its_time_in_the_migrations(story):
    migrations = story["named"].segment_migrations
    names = story["refitted"].segment_names.set_index("segment_id").segment_name

    for side in ("from", "to"):
        ids = migrations[f"{side}_segment_id"]
        expected = ids.map(names).fillna(ids).replace("unassigned", "Unassigned")
        known = (
            ids.isna()
            | ids.isin(names.index)
            | ids.isin(["basic", "premium", "unassigned"])
        )
        assert migrations[f"{side}_segment_name"][known].equals(expected[known])


def test_who_leaves_and_returns_has_two_stays(story):
    stays = story["added again"].customer_segment_history.query(
        "segmentation == 'groups' and customer_id == 55"
    )

    assert list(stays.sort_values("valid_from").cause) == ["joined", "joined"]
    assert list(stays.sort_values("valid_from").ending.fillna("")) == ["left", ""]
    assert stays.segment_id.nunique() == 2
