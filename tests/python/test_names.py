"""Columns may have names that SQL or the tables of this project also use."""

import pytest
from project import Project

CUSTOMERS = """
    select
        lpad(i::varchar, 3, '0') as number,
        (i % 3) * 10 + hash(i) % 100 / 50 as x,
        (i % 3) * -7 + hash(-i) % 100 / 50 as y,
        'v' || i % 2 as a
    from range(300) as numbers(i)
"""
FEATURES = ["distance", "feature", "center", "lower_bound", "order", "position"]
MEASURES = ["margin", "share", "weight"]
ATTRIBUTES = ["id", "label", "value", "attribute", "group", "is_champion"]
SEGMENTATIONS = ["champion", "customer", "feature", "select", "unassigned", "all"]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("names"))
    result = project.dbt(
        *("build", "--selector", "own_customers"),
        segmentation_customers=f"({CUSTOMERS})",
        segmentation_customer_id="number",
        segmentation_customer_id_type="integer",
        segmentation_features={
            name: {"expression": "x" if index % 2 else "y", "unit": "o'clock"}
            for index, name in enumerate(FEATURES)
        },
        segmentation_measures={name: {"expression": "x"} for name in MEASURES},
        segmentation_attributes={name: {"expression": "a"} for name in ATTRIBUTES},
        segmentations={name: {"features": FEATURES[:2]} for name in SEGMENTATIONS}
        | {"everything": {"features": FEATURES, "where": "distance is not null"}},
        segmentation_clusters=3,
        segmentation_restarts=2,
    )
    assert result.success, result.error
    return project


@pytest.mark.slow
def test_every_segmentation_finds_the_three_groups(built):
    found = built.query(
        "select segmentation, list(customers) from segments group by all order by all"
    )

    assert found == sorted(
        (name, [100, 100, 100]) for name in [*SEGMENTATIONS, "everything"]
    )


@pytest.mark.slow
def test_attributes_keep_their_own_values(built):
    values = built.query(
        "select distinct attribute, value from segment_composition order by all"
    )

    assert values == sorted(
        (name, value) for name in ATTRIBUTES for value in ("v0", "v1")
    )


@pytest.mark.slow
def test_measures_keep_their_own_values(built):
    means = built.query(
        f"""
        select distinct population_mean from segment_profiles
        where feature in ({", ".join(f"'{name}'" for name in MEASURES)})
        """
    )
    ((mean,),) = built.query(f"select avg(x) from ({CUSTOMERS})")

    assert [value for (value,) in means] == [pytest.approx(mean)]
