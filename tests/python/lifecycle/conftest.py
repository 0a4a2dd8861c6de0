"""The story of a database: later data, refits, pinned fits, changed configurations and
stopped builds. A second database imports its registry.
"""

import duckdb
import pytest
from lifecycle_customers import (
    first_customers,
    later_customers,
    moved_customers,
    returned_customers,
    shifted_customers,
)
from simulation import simulate
from stages import (
    BUILD,
    FEATURES,
    GROUPS,
    SEGMENTATIONS,
    Story,
    in_a_process_of_its_own,
    thresholds,
)


@pytest.fixture(scope="session")
def story(tmp_path_factory):
    """All stages, built once in order."""
    story = Story(tmp_path_factory.mktemp("lifecycle"))
    first, later = first_customers(), later_customers()
    moved, returned = moved_customers(), returned_customers()
    three = {"segmentations": SEGMENTATIONS | {"groups": GROUPS | {"clusters": 3}}}

    fitted = story.tell("first", first, *BUILD)
    pins = {segmentation: fitted.champion(segmentation) for segmentation in FEATURES}
    story.tell("again", first, "run")
    story.tell("later", later, "run", dbt=in_a_process_of_its_own(story.folder))
    story.judged = story.dbt(
        *("build", "--select", "drift"),
        **story.variables | {"segmentation_drift_thresholds": thresholds(0.001, 0.002)},
    )
    story.tell("empty", later, *BUILD, "--empty")
    story.tell("refitted", moved, "run", segmentation_refit="always")
    story.tell("refitted again", moved, "run", segmentation_refit="always")
    story.tell("may not fit", moved, "run", segmentation_refit="never", **three)
    story.tell("pinned", moved, "run", segmentation_use_fit=pins)
    story.tell("pinned to nothing", moved, "run", segmentation_use_fit={"groups": "no"})
    story.tell("unpinned", moved, *BUILD)
    story.registry = f"read_parquet('{story.folder}/registry.parquet')"
    with duckdb.connect(str(story.database)) as database:
        database.table("segmentation_registry").write_parquet(
            f"{story.folder}/registry.parquet"
        )
    story.tell("three", moved, "run", **three)
    story.tell("empty three", moved, "run", "--empty", **three)
    story.tell("pinned apart", moved, "run", segmentation_use_fit=pins, **three)
    story.tell("four again", moved, "run")
    story.tell("nobody", moved.head(0), "run")
    story.tell("refreshed", moved, "run", "--full-refresh")
    story.tell("removed", returned, "run", segmentations={"groups": GROUPS})
    story.tell("added again", returned, "run")

    story.name(
        "groups,groups-1,Beginners,Teach them",
        "groups,groups-99,Nobody,",
        "plan,premium,Premium members,",
        "plan,gold,Gold members,",
        "nowhere,groups-1,Elsewhere,",
    )
    story.tell("named", returned, *BUILD)
    story.name(
        *("groups,groups-1,One,", "groups,groups-1,Two,"),
        *("plan,basic,  ,", "habits,habits-1,Unassigned,"),
    )
    story.tell("misnamed", returned, *BUILD)
    story.name("groups,groups-1,Same,", "groups,groups-2,Same,")
    story.tell("named alike", returned, *BUILD)
    story.name("plan,basic,premium,")
    story.tell("named like a value", returned, *BUILD)
    story.name()
    story.tell("shifted", shifted_customers(), "run", segmentation_refit="always")
    return story


@pytest.fixture(scope="session")
def imported(story, tmp_path_factory):
    """A new database that imports the registry of the story."""
    fresh = Story(
        tmp_path_factory.mktemp("imported"), segmentation_registry_from=story.registry
    )
    fresh.tell("empty", moved_customers(), "run", "--empty", segmentation_refit="never")
    fresh.tell("imported", moved_customers(), "run", segmentation_refit="never")
    fresh.tell("own", shifted_customers(), "run", segmentation_refit="always")
    fresh.tell("never", shifted_customers(), "run", segmentation_refit="never")
    return fresh


@pytest.fixture(scope="session")
def simulated(story):
    return simulate(story)
