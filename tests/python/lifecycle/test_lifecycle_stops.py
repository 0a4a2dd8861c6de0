"""Builds that stop, have no customers or refresh all tables keep what is remembered."""

import pytest
from simulation import same
from stages import MEMORY, PUBLIC

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", ["empty", "empty three"])
def test_an_empty_build_leaves_what_is_remembered(story, name):
    stage, before = story[name], story.before(name)

    assert stage.customer_segments.empty
    for table in MEMORY:
        # segmentation_registry is empty, too, because it joins tables that are empty.
        if table != "segmentation_registry":
            assert same(stage.tables[table], before.tables[table]), table


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "may not fit",
            "The segmentation groups has no fit of its present configuration, and "
            "segmentation_refit is never",
        ),
        (
            "pinned to nothing",
            "segmentation_use_fit names the fit no for the segmentation groups, but "
            "the registry has no such fit",
        ),
        (
            "pinned apart",
            "(segmentation_use_fit) was made with an earlier configuration of the "
            "segmentation groups",
        ),
        ("nobody", "The table of customers (segmentation_customers) has no rows"),
        ("misnamed", "segmentation_names_has_one_row_per_segment"),
        ("misnamed", "segmentation_names_are_not_blank"),
        ("misnamed", "segmentation_names_are_not_that_of_the_unassigned"),
        ("named alike", "segment_names_are_unique_within_a_segmentation"),
        ("named like a value", "assert_names_of_groups_are_unique"),
    ],
)
def test_a_build_that_stops_says_why_and_leaves_the_public_tables(story, name, message):
    stage, before = story[name], story.before(name)

    assert message in stage.result.error
    for table in PUBLIC:
        if name != "named alike" or table != "segment_names":
            assert same(stage.tables[table], before.tables[table]), table


def test_a_full_refresh_counts_the_migrations_anew_and_keeps_the_rest(story):
    stage, before = story["refreshed"], story["four again"]

    assert len(stage.segment_migrations) > 20
    for table in MEMORY:
        assert same(stage.tables[table], before.tables[table]), table
