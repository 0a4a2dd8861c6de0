"""The history has builds in the order in which they happened, even if the clock was set
back by a year, stood still, or was ten years ahead and set back again.
"""

from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

import duckdb
import pytest
import three_groups
from project import Project

pytestmark = pytest.mark.slow

TODAY = datetime(2026, 3, 3, 12)
DAY = timedelta(1)
TIMES = {
    "a year back": [TODAY, TODAY - 365 * DAY, TODAY - 364 * DAY, TODAY + DAY],
    "the same instant": [TODAY] * 4,
    "ten years ahead and back": [TODAY, TODAY + 3650 * DAY, TODAY, TODAY + DAY],
}


@contextmanager
def clock_at(time: datetime):
    """Give dbt a clock that stands at this time."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return time.replace(tzinfo=tz)

    with patch("dbt.tracking.datetime", Clock):
        yield


def run(project: Project, time: datetime, moved: int, **changes) -> str:
    """Run a build at a time, and return its champion."""
    with clock_at(time):
        result = three_groups.run(
            project, **three_groups.configuration(moved, **changes)
        )
    assert result.success, result.error
    ((champion,),) = project.query(
        "select fit_id from segmentation_fits where is_champion"
    )
    return champion


@pytest.fixture(scope="module", params=TIMES)
def builds(request, tmp_path_factory):
    """Four builds in which customers move. The third makes a new fit."""
    project = Project(tmp_path_factory.mktemp("clock"))
    project.times = TIMES[request.param]
    project.champions = [
        run(project, time, moved, segmentation_refit=refit)
        for time, moved, refit in zip(
            project.times,
            [0, 10, 20, 5],
            ["when_needed", "when_needed", "always", "when_needed"],
            strict=True,
        )
    ]
    return project


def test_stays_follow_each_other(builds):
    stays = builds.query(
        "select customer_id, segmentation, segment_id, previous_segment_id, "
        "valid_from, valid_to, ending "
        "from customer_segment_history order by 1, 2, valid_from"
    )
    last = None
    for *key, segment, before, begin, end, ending in stays:
        assert end is None or end > begin
        if before is None:
            assert last is None or last[0] != key
        else:
            assert last == (key, before, begin, "moved")
        last = key, segment, end, ending
    assert len(stays) > 600


def test_builds_are_in_the_order_in_which_they_happened(builds):
    found = builds.query(
        "select max(customers), moved_at from segment_migrations "
        "where segmentation = 'halves' group by all order by moved_at"
    )
    expected = []
    for time in builds.times:
        earliest = expected[-1] + timedelta(microseconds=1) if expected else time
        expected.append(max(time, earliest))

    assert found == list(zip([300, 30, 30, 45], expected, strict=True))
    assert builds.query("select distinct scored_at from customer_segments") == [
        (expected[-1],)
    ]


def test_a_new_fit_is_champion_from_its_build_on(builds):
    first, again, refitted, last = builds.champions

    assert first == again != refitted == last
    assert builds.query(
        "select fit_id from segmentation_champions where segmentation = 'groups' "
        "order by champion_since"
    ) == [(first,), (refitted,)]


def test_what_is_remembered_passes_its_tests(builds):
    result = three_groups.check(builds, 5)

    assert result.success, result.error


@pytest.mark.parametrize("gap", [timedelta(365), timedelta(0)])
def test_a_history_that_was_written_backwards_stops_the_build_and_can_be_mended(
    tmp_path, gap
):
    project = Project(tmp_path)
    for moved in (0, 10):
        run(project, TODAY + moved * DAY, moved)
    # Writes the history of an old build whose clock was set back.
    with duckdb.connect(str(project.database)) as database:
        database.execute(f"""
            update customer_segment_history
            set valid_to = timestamp '{TODAY - gap}'
            where valid_to is not null;

            update customer_segment_history
            set valid_from = timestamp '{TODAY - gap}'
            where previous_segment_id is not null
        """)
    segments = project.query("from customer_segments order by all")
    stopped = three_groups.run(project, 20)

    assert not stopped.success
    assert "40 stays in customer_segment_history end before they begin" in stopped.error
    assert "dbt run-operation mend_history" in stopped.error
    assert project.query("from customer_segments order by all") == segments

    mended = project.dbt(
        "run-operation", "mend_history", **three_groups.configuration(20)
    )
    assert mended.success, mended.error
    assert project.query(
        "select distinct valid_from, valid_to from customer_segment_history "
        "order by all"
    ) == [
        (TODAY, TODAY + timedelta(microseconds=1)),
        (TODAY, None),
        (TODAY + timedelta(microseconds=1), None),
    ]
    run(project, TODAY + 20 * DAY, 20)
    tested = three_groups.check(project, 20)
    assert tested.success, tested.error
