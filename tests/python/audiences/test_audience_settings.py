"""Messages name mistakes in the settings of audiences."""

import pytest
from project import Project

MISTAKES = [
    # (key named by the message, allowed value named by the message, given value as the
    # message shows it, wrong configuration)
    (
        "segmentation_export_folder",
        "a text",
        "7",
        {"segmentation_export_folder": 7},
    ),
    (
        "segmentation_export_folder",
        "a text",
        "null",
        {"segmentation_export_folder": None},
    ),
    ("segmentation_holdout", "a mapping", "0.1", {"segmentation_holdout": 0.1}),
    (
        "segmentation_holdout",
        "share, name",
        "size",
        {"segmentation_holdout": {"share": 0.1, "name": "a", "size": 3}},
    ),
    (
        "segmentation_holdout.share",
        "at most 1",
        "10",
        {"segmentation_holdout": {"share": 10, "name": "a"}},
    ),
    (
        "segmentation_holdout.share",
        "at least 0",
        "-0.1",
        {"segmentation_holdout": {"share": -0.1, "name": "a"}},
    ),
    (
        "segmentation_holdout.share",
        "a number",
        "true",
        {"segmentation_holdout": {"share": True, "name": "a"}},
    ),
    (
        "segmentation_holdout.share",
        "a number",
        "null",
        {"segmentation_holdout": {"name": "a"}},
    ),
    (
        "segmentation_holdout.name",
        "a text",
        "null",
        {"segmentation_holdout": {"share": 0.1}},
    ),
    (
        "segmentation_holdout.name",
        "a text",
        "a blank text",
        {"segmentation_holdout": {"share": 0.1, "name": " "}},
    ),
]


@pytest.mark.parametrize(("key", "allowed", "given", "mistake"), MISTAKES)
def test_a_mistake_is_named_with_what_is_allowed_and_given(
    said, key, allowed, given, mistake
):
    success, message = said("check_settings", **mistake)

    assert not success
    expected, _, found = message.partition(". Given: ")
    assert f"vars: {key} must be " in expected
    assert allowed in expected
    assert found.startswith(given)


@pytest.mark.parametrize("suffix", ["segment_id", "segment_name", "since"])
@pytest.mark.parametrize("kind", ["segmentation_attributes", "segmentation_measures"])
def test_no_two_columns_have_the_same_name(said, kind, suffix):
    success, message = said(
        "check_audience_columns",
        **{"segmentations": {"value": {"features": ["age"]}}}
        | {kind: {f"value_{suffix}": {}}},
    )

    assert not success
    assert "segmentations.value must be a name that gives `audiences` no two" in message
    assert f"Given: value_{suffix}" in message


def test_columns_of_the_same_name_stop_the_parse(tmp_path):
    stopped = Project(tmp_path).dbt("parse", segmentation_measures={"value_since": {}})

    assert "Given: value_since" in stopped.error
