"""Names of segments stay, can be withdrawn, and become outdated."""

import pytest
from simulation import segment_of
from stages import Stage

pytestmark = pytest.mark.slow


def names(stage: Stage, segmentation: str) -> dict:
    """Return the names of segments, after a check that two tables agree on them."""
    segments, customers = (
        table[table.segmentation == segmentation]
        .groupby("segment_id")
        .segment_name.agg(lambda found: "/".join(sorted(set(found))))
        .to_dict()
        for table in (stage.segments, stage.customer_segments)
    )
    assert segments == customers
    return segments


def test_the_users_own_names_and_strategies_hold(story):
    before, named = story["added again"], story["named"]
    strategies = named.segments.dropna(subset="strategy")

    assert named.result.success, named.result.error
    assert names(named, "groups") == names(before, "groups") | {"groups-1": "Beginners"}
    assert names(named, "plan") == {"basic": "basic", "premium": "Premium members"}
    assert list(zip(strategies.segment_id, strategies.strategy, strict=True)) == [
        ("groups-1", "Teach them")
    ]


def test_names_for_segments_that_are_gone_earn_a_warning(story):
    test = "warn_of_names_of_retired_segments"

    assert story["named"].result.nodes[test] == "warn"
    assert "Got 3 results" in story["named"].result.error
    assert story["unpinned"].result.nodes[test] == "pass"


def test_a_name_that_is_withdrawn_gives_way_to_the_generated_one(story):
    assert names(story["shifted"], "groups") == names(story["added again"], "groups")
    assert names(story["shifted"], "plan") == {"basic": "basic", "premium": "premium"}


def test_a_name_is_outdated_when_its_segment_has_moved_away_from_it(story):
    # "High x" is no longer true when the mean of x of all customers is as high as that
    # of the fourth group. First the second group moves, later the fourth group itself.
    fourth = segment_of(story["first"], 210)
    for name, expected in (
        ("first", set()),
        ("named", {fourth}),
        ("shifted", {fourth}),
    ):
        segments = story[name].segments.query("segmentation == 'groups'")
        outdated = segments[segments.is_name_outdated.astype(bool)]

        assert set(outdated.segment_id) == expected
    assert segment_of(story["shifted"], 210) == fourth
    assert "high x" in names(story["shifted"], "groups")[fourth].lower()
