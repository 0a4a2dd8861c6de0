"""A build continues the database of an earlier version: it makes no new fit, no
customer moves, and segments keep their ids and names.
"""

import pytest
import three_groups
from earlier_version import FIXTURES, KEPT, restore
from project import Project

pytestmark = pytest.mark.slow

VERSIONS = sorted(folder.name for folder in FIXTURES.iterdir() if folder.is_dir())


def kept(project: Project) -> dict[str, list[tuple]]:
    """Return the rows of the tables that keep rows of earlier builds."""
    return {name: project.query(f"from {name} order by all") for name in KEPT}


@pytest.fixture(params=VERSIONS)
def upgraded(request, tmp_path):
    """A project with a database of an earlier version, after a build of this one."""
    project = Project(tmp_path)
    restore(FIXTURES / request.param, project.database)
    project.before = kept(project)
    result = three_groups.run(project)
    assert result.success, result.error
    return project


def test_there_is_a_version_to_upgrade_from():
    assert "1.0.0" in VERSIONS


def test_nothing_that_was_kept_changes(upgraded):
    after = kept(upgraded)

    assert len(upgraded.before["customer_segment_history"]) == 600
    for name in KEPT:
        assert after[name] == upgraded.before[name], name


def test_segments_keep_ids_and_names(upgraded):
    names = upgraded.query(
        "select segment_id, segment_name from segments"
        " where segmentation = 'groups' order by all"
    )
    before = {row[1:4] for row in upgraded.before["segment_names"]}

    assert [segment_id for segment_id, _ in names] == [
        f"groups-{number}" for number in (1, 2, 3)
    ]
    assert all(any({*pair} <= {*row} for row in before) for pair in names)


def test_who_moves_afterward_is_known_as_a_customer_who_changed(upgraded):
    assert three_groups.run(upgraded, 10).success
    checked = three_groups.check(upgraded, 10)
    moved = upgraded.query(
        "select cause, customers from segment_migrations"
        " where segmentation = 'groups' and cause != 'joined'"
    )

    assert checked.success, checked.error
    assert moved == [("customer", 10)]
