"""Three groups of a hundred customers, some of whom move, for tests of tables that keep
rows of earlier builds.
"""

from project import Project

REMEMBERED = [
    *("--select", "+segment_migrations", "+segmentation_champions"),
    *("+segmentation_registry", "+segments", "--exclude", "test_type:unit"),
]
CUSTOMERS = """
    select
        {customer_id} as customer_id,
        grouped * 10 + hash(i) % 100 / 50 as x,
        grouped * 7 + hash(-i) % 100 / 50 as y,
        {half} as half
    from (
        select i, i % 3 + (i % 3 = 0 and i < {bound})::int as grouped
        from range(300) as numbers(i)
    ) as numbered
"""


def configuration(
    moved: int = 0, customer_id: str = "'c' || i", half: str = "i < {bound}", **changes
) -> dict:
    """Return the vars of three groups, after some customers moved from the first to the
    second.
    """
    bound = 3 * moved
    customers = CUSTOMERS.format(
        customer_id=customer_id, half=half.format(bound=bound), bound=bound
    )
    return {
        "segmentation_customers": f"({customers})",
        "segmentation_features": {"x": {}, "y": {}},
        "segmentation_measures": {},
        "segmentation_attributes": ["half"],
        "segmentations": {
            "groups": {"features": ["x", "y"], "clusters": 3},
            "halves": {"by": "half"},
        },
        "segmentation_restarts": 2,
    } | changes


def run(project: Project, moved: int = 0, *flags: str, **changes):
    """Run the models that learn, score and keep rows of earlier builds."""
    return project.dbt("run", *REMEMBERED, *flags, **configuration(moved, **changes))


def check(project: Project, moved: int = 0, **changes):
    """Run the tests of these models."""
    return project.dbt(
        *("test", "--exclude", "test_type:unit", "--select"),
        *("customer_segment_history", "segment_migrations", "segmentation_champions"),
        **configuration(moved, **changes),
    )
