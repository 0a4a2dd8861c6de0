"""When the type of ids changes between integer types, the ids stay the same. Every
other change of their type stops the build before a table is replaced.
"""

import pytest
import three_groups
from project import Project

pytestmark = pytest.mark.slow

NUMBER = {"customer_id": "i"}
TABLES = ["customer_segments", "segments", "customer_features"]


def told(project: Project) -> list[tuple]:
    return project.query("from customer_segment_history order by all")


def type_of_ids(project: Project) -> str:
    ((found,),) = project.query(
        "select typeof(max(customer_id)) from customer_segment_history"
    )
    return found


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def test_whole_numbers_may_grow_and_shrink(project):
    for id_type in ("integer", "bigint", "smallint"):
        result = three_groups.run(
            project, segmentation_customer_id_type=id_type, **NUMBER
        )
        assert result.success, result.error
    history = told(project)

    assert type_of_ids(project) == "SMALLINT"
    assert len(history) == 600
    assert {row[5] for row in history} == {"joined"}
    moved = three_groups.run(
        project, 10, segmentation_customer_id_type="smallint", **NUMBER
    )
    assert moved.success, moved.error
    assert len(told(project)) == 640


@pytest.mark.parametrize(
    ("id_type", "new_type"),
    [("varchar", "bigint"), ("bigint", "varchar"), ("integer", "tinyint")],
)
def test_another_type_of_ids_stops_the_build_and_says_the_way_back(
    project, id_type, new_type
):
    first = three_groups.run(project, segmentation_customer_id_type=id_type, **NUMBER)
    assert first.success, first.error
    before = [told(project)] + [
        project.query(f"from {table} order by all") for table in TABLES
    ]
    changed = {"segmentation_customer_id_type": new_type} | NUMBER
    stopped = three_groups.run(project, 10, **changed)

    assert not stopped.success
    assert f"of the type {id_type}, but segmentation_customer_id_type" in stopped.error
    assert f"Set it back to {id_type}" in stopped.error
    assert "dbt run-operation drop_history" in stopped.error
    assert before == [told(project)] + [
        project.query(f"from {table} order by all") for table in TABLES
    ]

    back = three_groups.run(project, segmentation_customer_id_type=id_type, **NUMBER)
    assert back.success, back.error
    assert told(project) == before[0]
    if new_type == "bigint":
        dropped = project.dbt(
            "run-operation", "drop_history", **three_groups.configuration(10, **changed)
        )
        assert dropped.success, dropped.error
        anew = three_groups.run(project, 10, **changed)
        assert anew.success, anew.error
        assert type_of_ids(project) == "BIGINT"
        assert len(told(project)) == 600


def test_other_types_may_change(project):
    # The second build changes the type of an attribute of a grouping, and that of a
    # feature to text.
    for half, x in (
        ("i < {bound}", {}),
        ("(i < {bound})::int", {"expression": "x::text"}),
    ):
        result = three_groups.run(
            project, 10, half=half, segmentation_features={"x": x, "y": {}}
        )
        assert result.success, result.error
    current = project.query(
        "select segmentation, segment_id, count(*) from customer_segment_history "
        "where is_current group by all order by all"
    )

    assert current[:3] == [
        ("groups", f"groups-{number}", customers)
        for number, customers in ((1, 90), (2, 110), (3, 100))
    ]
    assert current[3:] == [("halves", "0", 270), ("halves", "1", 30)]
