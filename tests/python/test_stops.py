"""Every serious fault stops the build with one clear message, before a public table is
replaced.
"""

import subprocess
import sys

import pytest
from project import Project

FEATURES = {"x": {}, "y": {}}
GROUPS = """
    select
        'c' || i as customer_id,
        (i % 3) * 10 + hash(i) % 100 / 50 as x,
        (i % 3) * 7 + hash(-i) % 100 / 50 as y,
        5 as constant,
    from range(300) as numbers(i)
"""


def configuration(customers: str = GROUPS, **changes) -> dict:
    """Return a configuration of three clear groups on two features, with changes."""
    return {
        "segmentation_customers": f"({customers})",
        "segmentation_features": FEATURES,
        "segmentation_measures": {},
        "segmentation_attributes": [],
        "segmentations": {"groups": {"features": ["x", "y"]}},
        "segmentation_clusters": [2, 5],
        "segmentation_restarts": 5,
    } | changes


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A project whose public tables hold three clear segments."""
    project = Project(tmp_path_factory.mktemp("stops"))
    result = build(project, **configuration())
    assert result.success, result.error
    return project


def build(project: Project, selector: str = "own_customers", **variables):
    return project.dbt("build", "--selector", selector, **variables)


def build_core(project: Project, **variables):
    """Build up to the segments only, which is faster."""
    return build(project, "core", **variables)


def public_tables(project: Project) -> list:
    return [
        project.query(f"from {table} order by all")
        for table in ("customer_segments", "segments", "segment_profiles")
    ]


def test_three_groups_are_found(built):
    segments = built.query("select customers from segments order by all")

    assert segments == [(100,), (100,), (100,)]


STOPS = [
    (
        "a feature without variance",
        {
            "segmentation_features": FEATURES | {"constant": {}},
            "segmentations": {"groups": {"features": ["x", "constant"]}},
        },
        "The feature constant does not vary among the customers of groups",
    ),
    (
        "a feature that varies by rounding only",
        {
            "customers": GROUPS.replace("5 as constant", "50 + 1e-9 * i as constant"),
            "segmentation_features": FEATURES | {"constant": {}},
            "segmentations": {"groups": {"features": ["x", "constant"]}},
        },
        "The feature constant does not vary among the customers of groups by more than",
    ),
    (
        "a feature without spread between its quartiles",
        {
            "customers": GROUPS.replace("5 as constant", "(i = 7)::int as constant"),
            "segmentation_features": FEATURES | {"constant": {"scale": "robust"}},
            "segmentations": {"groups": {"features": ["x", "constant"]}},
        },
        "The quartiles of the feature constant are the same",
    ),
    (
        "a value with a name of ours",
        {
            "customers": GROUPS.replace("5 as constant", "'all' as constant"),
            "segmentation_attributes": ["constant"],
        },
        "assert_no_reserved_attribute_values",
    ),
    (
        "no customer that takes part",
        {"segmentations": {"groups": {"features": ["x", "y"], "where": "x < -1"}}},
        "No customer takes part in the segmentation groups",
    ),
    (
        "no customer that is accepted",
        {"segmentation_features": {"x": {"max": -1}, "y": {}}},
        "300 of 300 rows of customers were rejected, most often as above_maximum:x",
    ),
    (
        "fewer different customers than clusters",
        {
            "customers": GROUPS.replace("hash(i)", "0").replace("hash(-i)", "0"),
            "segmentation_clusters": 4,
        },
        "groups asks for 4 clusters or more, but its customers have only 3 different",
    ),
    (
        "a column that is not there",
        {
            "segmentation_features": FEATURES | {"height": {}},
            "segmentations": {"groups": {"features": ["x", "height"]}},
        },
        'Referenced column "height" not found',
    ),
    (
        "segments that are not distinct enough",
        {"segmentation_minimum_silhouette": 0.99},
        "chosen_segments_are_distinct",
    ),
    (
        "segments that are too small",
        {"segmentation_clusters": 5, "segmentation_minimum_share": 0.3},
        "chosen_segments_are_large_enough",
    ),
    (
        "a changed configuration that may not be fitted",
        {"segmentation_refit": "never", "segmentation_clusters": 4},
        "no fit of its present configuration, and segmentation_refit is never",
    ),
]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            *stop[1:],
            id=stop[0].replace(" ", "_"),
            marks=[] if number < 1 else pytest.mark.slow,
        )
        for number, stop in enumerate(STOPS)
    ],
)
def test_the_build_stops_and_leaves_the_public_tables(built, changes, message):
    before = public_tables(built)

    result = build_core(built, **configuration(**changes))

    assert not result.success
    assert message in result.error
    assert public_tables(built) == before


@pytest.mark.slow
def test_a_stopped_build_can_be_mended(built):
    build(built, **configuration(segmentation_minimum_silhouette=0.99))

    assert build(built, **configuration()).success
    assert len(built.query("from segments")) == 3


@pytest.mark.slow
def test_candidates_that_were_rejected_do_not_displace_the_champion(tmp_path):
    """Build good data, then data without groups, then the good data again."""
    project = Project(tmp_path)
    assert build_core(project, **configuration()).success
    champion = project.query("select fit_id from segmentation_fits where is_champion")
    noise = """
        select 'c' || i as customer_id, hash(i) % 1000 as x, hash(-i) % 1000 as y
        from range(300) as numbers(i)
    """

    changed = build_core(
        project,
        **configuration(noise, segmentation_minimum_silhouette=0.6),
        segmentation_refit="always",
    )
    again = build_core(project, **configuration(segmentation_minimum_silhouette=0.6))

    assert not changed.success
    assert "chosen_segments_are_distinct" in changed.error
    assert again.success, again.error
    assert (
        project.query("select fit_id from segmentation_fits where is_champion")
        == champion
    )


@pytest.mark.slow
def test_ids_stay_when_a_configuration_comes_back_and_is_refitted(tmp_path):
    """Build three segments, then two, then three, then three with another seed."""
    project = Project(tmp_path)
    ids = "select segment_id, customers from segments order by all"
    assert build_core(project, **configuration()).success
    first = project.query(ids)

    for changes in ({"segmentation_clusters": 2}, {}, {"segmentation_seed": 9}):
        assert build_core(project, **configuration(**changes)).success
        last = project.query(ids)

    assert last == first


HOLD = """
import duckdb, sys
held = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.slow
def test_a_database_in_use_names_the_program_and_the_cure(tmp_path):
    project = Project(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(project.database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as program:
        program.stdout.readline()
        result = build_core(project, **configuration())
        program.stdin.close()

    assert not result.success
    *_, found, cure = result.error.strip().splitlines()
    assert f"(process {program.pid}) has it open" in found
    assert "Close that program" in cure
    assert build_core(project, **configuration()).success
