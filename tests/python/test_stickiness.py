"""With segmentation_stickiness, customers between two segments stay where they were,
until their new segment is clear enough or a new fit places all customers.
"""

import pytest
import three_groups
from project import Project

pytestmark = pytest.mark.slow

# 100 customers of each of three groups. 20 customers of the first group have moved
# towards the second group, ten by the share `near` of the distance and ten by `far`.
CUSTOMERS = """
    select
        'c' || i as customer_id,
        grouped * 10 + coalesce(10 * way, hash(i) % 100 / 50 - 1) as x,
        grouped * 7 + coalesce(7 * way, hash(-i) % 100 / 50 - 1) as y,
        true as half
    from (
        select
            i,
            i % 3 as grouped,
            case
                when i % 3 = 0 and i < 30 then {near}
                when i % 3 = 0 and i < 60 then {far}
            end as way
        from range(300) as numbers(i)
    ) as numbered
"""
FOUND = """
    select
        count(*) filter (where segment_id != 'groups-1') as moved,
        count(*) filter (where margin < 0) as held
    from customer_segments
    where segmentation = 'groups' and customer_id[2:]::int % 3 = 0
"""


def run(project: Project, near: str, far: str, **changes) -> tuple:
    """Build. Return how many of the first group have moved, and how many are held."""
    customers = CUSTOMERS.format(near=near, far=far)
    result = three_groups.run(
        project,
        segmentation_customers=f"({customers})",
        segmentation_stickiness=0.2,
        **changes,
    )
    assert result.success, result.error
    return project.query(FOUND)[0]


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Ten customers go 54 % of the way to the second group, which gives a margin of
    about 0.15. Ten go 70 % of the way, which gives a margin of about 0.57.
    """
    project = Project(tmp_path_factory.mktemp("stickiness"))
    project.found = {
        "first": run(project, "null", "null"),
        "gone": run(project, "0.54", "0.7"),
        "again": run(project, "0.54", "0.7"),
        "refitted": run(project, "0.54", "0.7", segmentation_refit="always"),
    }
    return project


def test_only_who_is_clearly_in_another_segment_moves(story):
    assert story.found["first"] == (0, 0)
    assert story.found["gone"] == (10, 10)


def test_the_same_customers_are_held_by_the_next_build(story):
    assert story.found["again"] == story.found["gone"]
    assert story.query(
        """
        select moved_at = min(moved_at) over (), cause, sum(customers)
        from segment_migrations
        where segmentation = 'groups'
        group by moved_at, cause
        order by moved_at
        """
    )[:2] == [(True, "joined", 300), (False, "customer", 10)]


def test_a_new_fit_places_all_customers(story):
    moved, held = story.found["refitted"]

    assert held == 0
    assert moved >= 10


def test_what_is_remembered_passes_its_tests(story):
    result = three_groups.check(story)

    assert result.success, result.error
