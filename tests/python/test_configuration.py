"""Every mistake in the vars stops the parse with an error that says what to do."""

import pytest
from mistakes_in_columns import COLUMNS, RELATED_COLUMNS
from mistakes_in_settings import RELATED_SETTINGS, SETTINGS
from project import Project

FEATURES = {"age": {}, "income": {}}
VALID = {
    "segmentation_customers": "(select 1 as customer_id, 2 as age, 3 as income)",
    "segmentation_features": FEATURES,
    "segmentation_measures": {},
    "segmentation_attributes": [],
    "segmentations": {"people": {"features": ["age", "income"]}},
}
# Mappings in which a case changes one key.
STARTS = {
    "segmentation_customers": {"file": "customers.csv"},
    "segmentation_features": FEATURES,
    "segmentations": {"people": {"features": ["age"]}},
    "segmentation_drift_thresholds": {
        "population_stability_index": [0.1, 0.25],
        "segment_shift": [0.1, 0.25],
        "distance_growth": [0.1, 0.25],
        "outlier_share": [0.01, 0.05],
    },
    "segmentation_training": {
        "distinct_vectors": 200_000,
        "choice": 20_000,
        "fit": 100_000,
    },
}


def changed(mapping: dict, path: list[str], value) -> dict:
    """Return a copy of a mapping with the value at a path of keys."""
    key, *deeper = path
    return mapping | {
        key: changed(mapping.get(key, {}), deeper, value) if deeper else value
    }


def changes(values: dict) -> dict:
    """Return vars with the values at keys such as segmentations.people.by."""
    found = {}
    for key, value in values.items():
        var, *path = key.split(".")
        found[var] = changed(STARTS.get(var, {}), path, value) if path else value
    return found


def test_a_valid_configuration_parses(tmp_path):
    assert Project(tmp_path).dbt("parse", **VALID).success


def test_a_mistake_stops_the_parse_of_the_project(tmp_path):
    result = Project(tmp_path).dbt("parse", **VALID, segmentation_refit="daily")

    assert not result.success
    assert "segmentation_refit must be one of when_needed" in result.error


MISTAKES = [
    *[
        (key, allowed, given, {key: value})
        for key, allowed, given, value in COLUMNS + SETTINGS
    ],
    *RELATED_COLUMNS,
    *RELATED_SETTINGS,
]


@pytest.mark.parametrize(("key", "allowed", "given", "values"), MISTAKES)
def test_a_mistake_is_named_with_what_is_allowed_and_given(
    settings, key, allowed, given, values
):
    result = settings.dbt("parse", **VALID | changes(values))

    assert not result.success
    message = next(
        line for line in result.error.splitlines() if "Configuration error" in line
    )
    expected, _, found = message.partition(". Given: ")
    assert f" {key} must be " in expected
    assert allowed in expected
    assert given in found
