"""Segments keep their ids by their customers when features are renamed."""

import pytest
import three_groups
from project import Project

pytestmark = pytest.mark.slow

RENAMED = {"expression": "x"}, {"expression": "y"}


def run(project: Project, moved: int, features: dict, **changes):
    result = three_groups.run(
        project,
        moved,
        half="i < 60",
        segmentation_features=features,
        segmentations={
            "groups": {"features": list(features), "clusters": 3},
            "halves": {"by": "half"},
        },
        **changes,
    )
    assert result.success, result.error


def segments(project: Project) -> dict:
    return dict(
        project.query(
            "select customer_id, segment_id from customer_segments "
            "where segmentation = 'groups'"
        )
    )


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Builds after three changes: one feature is renamed; both features are renamed
    while some customers move; another feature replaces both.
    """
    folder = tmp_path_factory.mktemp("renamed")
    project = Project(folder)
    names = folder / "names.csv"
    names.write_text("segmentation,segment_id,name,strategy\ngroups,groups-2,Mine,\n")
    named = {"segmentation_names": f"read_csv('{names}', all_varchar = true)"}
    x, y = RENAMED
    project.segments, project.names = [], []
    for moved, features in (
        (0, {"x": {}, "y": {}}),
        (0, {"wide": x, "y": {}}),
        (10, {"width": x, "height": y}),
        (10, {"chance": {"expression": "hash(x + y) % 1000"}}),
    ):
        run(project, moved, features, segmentation_minimum_silhouette=-1, **named)
        project.segments.append(segments(project))
        project.names.append(
            project.query(
                "select segment_name from segments where segment_id = 'groups-2'"
            )
        )
    return project


@pytest.mark.parametrize("build", [1, 2])
def test_ids_stay_where_customers_are_the_same(story, build):
    before, after = story.segments[build - 1 : build + 1]
    moved = {customer for customer in after if after[customer] != before[customer]}

    assert set(after.values()) == {"groups-1", "groups-2", "groups-3"}
    assert len(moved) == (0, 10)[build - 1]
    assert story.names[build] == story.names[0] == [("Mine",)]


def test_other_groups_have_other_ids(story):
    assert set(story.segments[3].values()) == {"groups-4", "groups-5", "groups-6"}
