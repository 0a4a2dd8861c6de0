"""The customers of two fits decide which segment keeps an id, also if units change."""

import pytest
from project import Project
from three_groups import REMEMBERED

GROUPED = """
    select
        i as customer_id,
        {factor} * (if(i < 300, 2 + 4 * (i % 2), 60) + hash(i) % 100 / 50) as orders
    from range({customers}) as numbers(i)
"""


pytestmark = pytest.mark.slow


def build(project: Project, customers: int = 400, factor: int = 1) -> dict:
    """Segment 300 customers with few orders and, if there are 400 customers, 100
    frequent buyers. Return the segment of each customer.
    """
    rows = GROUPED.format(customers=customers, factor=factor)
    result = project.dbt(
        *("run", *REMEMBERED),
        segmentation_customers=f"({rows})",
        segmentation_customer_id_type="integer",
        segmentation_features={"orders": {}},
        segmentation_measures={},
        segmentation_attributes=[],
        segmentations={"groups": {"features": ["orders"], "clusters": 3}},
        segmentation_restarts=2,
        segmentation_refit="always",
    )
    assert result.success, result.error
    return dict(project.query("select customer_id, segment_id from customer_segments"))


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """The segments in three builds: of all customers, of all customers with orders in
    another unit, and of the customers without the frequent buyers.
    """
    project = Project(tmp_path_factory.mktemp("continued"))
    changes = {}, {"factor": 1000}, {"customers": 300}
    return [build(project, **change) for change in changes]


def test_other_units_change_no_id(story):
    assert story[0] == story[1]
    assert len(set(story[0].values())) == 3


def test_the_id_of_a_group_that_left_goes_to_nobody_else(story):
    before, after = story[1:]
    frequent = {before[customer] for customer in range(300, 400)}

    assert len(frequent) == 1
    assert not frequent & set(after.values())
    kept = set(after.values()) & set(before.values())
    assert len(kept) == 2
    for segment in kept:
        assert all(before[i] == segment for i in after if after[i] == segment)
