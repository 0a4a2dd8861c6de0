"""Messages name mistakes in the configuration of campaigns."""

import pytest
from project import Project

CAMPAIGN = {
    "segmentation": "people",
    "starts": "2026-05-01",
    "ends": "2026-05-10",
    "outcomes": "orders",
}
MISTAKES = [
    # (key named by the message, allowed value named by the message, given value as the
    # message shows it, wrong options)
    (".segmentation", "one of people", "persons", {"segmentation": "persons"}),
    (".segments", "a list of ids", "people-1", {"segments": "people-1"}),
    (".segments", "a list of ids", "[]", {"segments": []}),
    (".starts", "a day such as", "2026-02-29", {"starts": "2026-02-29"}),
    (".ends", "a day such as", "nothing", {"ends": None}),
    (".ends", "not before `starts`", "2026-04-30", {"ends": "2026-04-30"}),
    (".outcomes", "a text", "null", {"outcomes": None}),
    (".outcomes", "query in brackets", "select 1", {"outcomes": "select 1"}),
    (".outcomes", "as read_csv", "x.csv", {"outcomes": "(select * from 'x.csv')"}),
    (".holdout", "share, name", "size", {"holdout": {"size": 0.1}}),
    (".holdout.share", "greater than 0", "0", {"holdout": {"share": 0}}),
    (".holdout.share", "at most 0.9", "20", {"holdout": {"share": 20}}),
    (".holdout.name", "a text", "7", {"holdout": {"share": 0.1, "name": 7}}),
    (".worth_seeing", "greater than 0", "0", {"worth_seeing": 0}),
    (".enabled", "one of true, false", "perhaps", {"enabled": "perhaps"}),
    ("", "with the keys enabled", "audience", {"audience": "age > 3"}),
]


def configured(**campaigns) -> dict:
    """Return a configuration with these campaigns."""
    return {
        "segmentation_customers": "(select 1 as customer_id, 2 as age, 3 as income)",
        "segmentation_features": {"age": {}, "income": {}},
        "segmentation_measures": {},
        "segmentation_attributes": ["may_is_holdout"],
        "segmentations": {"people": {"features": ["age", "income"]}},
        "segmentation_campaigns": campaigns,
    }


def sentence(result) -> str:
    """Return the sentence that stopped the parse."""
    assert not result.success
    return next(
        line for line in result.error.splitlines() if "Configuration error" in line
    )


@pytest.mark.parametrize(("key", "allowed", "given", "mistake"), MISTAKES)
def test_a_mistake_is_named_with_what_is_allowed_and_given(
    settings, key, allowed, given, mistake
):
    result = settings.dbt("parse", **configured(spring=CAMPAIGN | mistake))
    expected, _, found = sentence(result).partition(". Given: ")

    assert f" segmentation_campaigns.spring{key} must be " in expected
    assert allowed in expected
    assert given in found


def test_other_mistakes_are_named(settings):
    for campaigns, part in (
        ([], "segmentation_campaigns must be a mapping"),
        ({"Spring": CAMPAIGN}, "segmentation_campaigns.Spring must be a name"),
    ):
        given = configured() | {"segmentation_campaigns": campaigns}
        assert part in sentence(settings.dbt("parse", **given))
    nobody = {"segmentation_holdout": {"share": 0, "name": "x"}}
    result = settings.dbt("parse", **configured(spring=CAMPAIGN), **nobody)
    assert "segmentation_holdout.share must be a number greater than 0" in sentence(
        result
    )


def test_the_parse_of_the_project_looks_at_what_is_on_alone(tmp_path):
    project = Project(tmp_path)
    off = {"enabled": "{{ 1 > 2 }}", "segmentation": "gone"}
    result = project.dbt("parse", **configured(spring=CAMPAIGN, autumn=off))
    assert result.success, result.error

    result = project.dbt("parse", **configured(may=CAMPAIGN))
    assert "segmentation_campaigns.may must be a name that gives" in sentence(result)
