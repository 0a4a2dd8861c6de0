"""For every bad file and configuration, no row is lost silently. When a build stops,
the last lines say what is wrong, what was found and what to do.
"""

import pytest
from bad_configurations import bad_configurations
from bad_files import SECRET, bad_files
from project import Project
from stops import SENTENCES, faults, kinds_of, try_case

CASES = {case.name: case for case in [*bad_files(1), *bad_configurations(1)]}
EVERY_DAY = ["good 0", "every row three times 0", "decimal commas 0", "a cast 0"]
OFTEN = [
    *("a few exact copies 0", "a few conflicts 0", "numbers as words 0", "two rows 0"),
    *("orders for customers 0", "a constant 0", "missing ids 0"),
    *("plans with names of ours 0", "words without a word 0", "where with a comment 0"),
    *("a misspelt setting 0", "expression with a column that is not there 0"),
    *("segments not distinct 0", "a cast of words 0"),
    *("where of a grouping with a cast 0", "two exports, the second with less 0"),
    *("customers in no table 0", "a cast in the customers 0"),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return Project(tmp_path_factory.mktemp("table_of_stops"))


@pytest.mark.parametrize(
    "name",
    [*EVERY_DAY, *(pytest.param(name, marks=pytest.mark.slow) for name in OFTEN)],
)
def test_a_few_bad_cases_keep_the_law(project, name):
    case = CASES[name]
    outcome = try_case(project, case)

    assert not faults(case, outcome)
    assert SECRET not in outcome.log


def test_a_stop_without_a_cure_is_not_in_the_table():
    assert (
        kinds_of("The table of customers (segmentation_customers) has no rows.") == []
    )
    assert kinds_of("some_test: Got 1 result, configured to fail if != 0") == []
    assert kinds_of("kmeans_fits: Python model failed:\nTraceback\nKeyError: 3") == []


@pytest.mark.slow
def test_every_bad_case_keeps_the_law(project):
    assert len(CASES) >= 300
    found, met = {}, set()
    for case in CASES.values():
        outcome = try_case(project, case)
        met.update(kind for stop in outcome.stops for kind in kinds_of(stop))
        found[case.name] = faults(case, outcome)

    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert met >= set(SENTENCES)
