"""For every bad file and configuration, no row is lost silently. When a build stops,
the last lines say what is wrong, what was found and what to do.
"""

import pytest
from bad_configurations import bad_configurations
from bad_files import SECRET, bad_files
from project import Project
from stops import SENTENCES, faults, kinds_of, try_case

CASES = {case.name: case for case in [*bad_files(1), *bad_configurations(1)]}
# Each of these cases builds everything, so only two of them run every day.
EVERY_DAY = {"every row three times 0", "decimal commas 0"}
ALWAYS_IN_TEST_ALL = {"good 0", "a cast 0"}


def tiers() -> list:
    """Return all cases. `make test-stops` tries them all, `make test-all` a fifth."""
    found = []
    for place, name in enumerate(CASES):
        is_slow = place % 5 == 0 or name in ALWAYS_IN_TEST_ALL
        mark = pytest.mark.slow if is_slow else pytest.mark.exhaustive
        found.append(name if name in EVERY_DAY else pytest.param(name, marks=mark))
    return found


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return Project(tmp_path_factory.mktemp("table_of_stops"))


@pytest.fixture(scope="module")
def kinds_met():
    """The kinds of messages that the tests before this one have seen."""
    return set()


@pytest.mark.parametrize("name", tiers())
def test_a_bad_case_keeps_the_law(project, kinds_met, name):
    outcome = try_case(project, CASES[name])
    kinds_met.update(kind for stop in outcome.stops for kind in kinds_of(stop))

    assert not faults(CASES[name], outcome)
    assert SECRET not in outcome.log


@pytest.mark.exhaustive
def test_every_kind_of_stop_is_met(kinds_met):
    """Run last, after all cases."""
    assert kinds_met >= set(SENTENCES)


def test_there_are_many_cases():
    assert len(CASES) >= 300


def test_a_stop_without_a_cure_is_not_in_the_table():
    assert (
        kinds_of("The table of customers (segmentation_customers) has no rows.") == []
    )
    assert kinds_of("some_test: Got 1 result, configured to fail if != 0") == []
    assert kinds_of("kmeans_fits: Python model failed:\nTraceback\nKeyError: 3") == []
