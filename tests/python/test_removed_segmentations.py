"""A removed segmentation has no current stays, and gets new stays when it returns. A
build without customers does not remove any segmentation.
"""

import pytest
import three_groups
from project import Project

pytestmark = pytest.mark.slow

WITHOUT = {"segmentations": {"groups": {"features": ["x", "y"], "clusters": 3}}}
STAYS = """
    select
        segmentation,
        cause,
        ending,
        is_current,
        count(*),
        count(valid_to)
    from customer_segment_history
    group by all
    order by all
"""
GROUPS = ("groups", "joined", None, True, 300, 0)
MOVES = """
    select cause, customers, share
    from segment_migrations
    where segmentation = 'halves'
    order by moved_at, customers
"""


def run(project: Project, *flags: str, **changes) -> list[tuple]:
    result = three_groups.run(project, 0, *flags, half="i < 60", **changes)
    assert result.success, result.error
    return project.query(STAYS)


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """A segmentation that is removed and comes back."""
    project = Project(tmp_path_factory.mktemp("removed"))
    project.stays = {
        "first": run(project),
        "empty": run(project, "--empty", **WITHOUT),
        "removed": run(project, **WITHOUT),
        "removed for long": run(project, **WITHOUT),
        "back": run(project),
    }
    return project


def test_nothing_is_removed_by_a_build_without_customers(story):
    assert story.stays["empty"] == story.stays["first"]
    assert story.stays["first"][0] == GROUPS


def test_stays_of_a_removed_segmentation_are_closed_and_say_so(story):
    assert story.stays["removed"] == [
        GROUPS,
        ("halves", "joined", "removed", False, 300, 300),
    ]
    assert story.stays["removed for long"] == story.stays["removed"]


def test_customers_join_a_segmentation_that_is_back(story):
    assert story.stays["back"] == [
        GROUPS,
        ("halves", "joined", "removed", False, 300, 300),
        ("halves", "joined", None, True, 300, 0),
    ]


def test_the_migrations_count_who_went_with_the_segmentation(story):
    assert story.query(MOVES) == [
        *[("joined", 60, 0.2), ("joined", 240, 0.8)],
        *[("removed", 60, 0.2), ("removed", 240, 0.8)],
        *[("joined", 60, 0.2), ("joined", 240, 0.8)],
    ]


def test_what_is_remembered_passes_its_tests(story):
    result = three_groups.check(story, half="i < 60")

    assert result.success, result.error
