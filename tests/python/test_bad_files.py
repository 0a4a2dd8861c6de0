"""Files that cannot be segmented stop the build, and doubtful files get a warning."""

import pytest
from project import Project
from two_groups import CONFIGURATION, GOOD, build, build_core, line, text


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return Project(tmp_path_factory.mktemp("bad_files"))


@pytest.fixture(scope="module")
def segmented(project):
    """The segments of the good file. A build that stops must leave them as they are."""
    assert build(project, text(*GOOD)).success
    return project.query("from segments order by all")


STOPS = {
    "an empty file": ("", {}, "the file is empty"),
    "a header only": (text(), {}, "has no rows"),
    "one row": (text(GOOD[0]), {}, "does not vary among the customers of shoppers"),
    "all rows alike": (
        text(*(f"{number},40,50" for number in range(9))),
        {},
        "does not vary among the customers of shoppers",
    ),
    "fewer different rows than clusters": (
        text(*(f"{number},{40 + number % 2},{50 + number % 2}" for number in range(9))),
        {"segmentations": {"shoppers": {"features": ["age", "income"], "clusters": 3}}},
        "have only 2 different feature vectors",
    ),
    "more clusters than customers": (
        text(*GOOD[:5]),
        {"segmentations": {"shoppers": {"features": ["age"], "clusters": 9}}},
        "asks for 9 clusters or more",
    ),
    "all rows rejected": (
        text(*(f"{number},old,{number}" for number in range(9))),
        {},
        "9 of 9 rows of customers were rejected, most often as not_a_number:age",
    ),
    "most rows rejected": (
        text(*GOOD[:5], *(f"9{number},40,unknown" for number in range(9))),
        {},
        "9 of 14 rows of customers were rejected, most often as not_a_number:income",
    ),
    "a missing column": (
        "CustomerID,Age\n" + "\n".join(f"{number},{number}" for number in range(9)),
        {},
        'no column "Annual Income (k$)" (segmentation_features.income)',
    ),
    "orders instead of customers": (
        text(*(f"{number % 3},{20 + number},{number}" for number in range(30))),
        {},
        "does not have one row per customer: 30 rows have only 3 different ids",
    ),
    "Latin-1 that is not announced": (
        text(*GOOD, "Zoë,40,50").encode("latin-1"),
        {},
        "encoding",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "changes", "message"),
    STOPS.values(),
    ids=[name.replace(" ", "_") for name in STOPS],
)
def test_what_cannot_be_segmented_stops_the_build(
    project, segmented, content, changes, message
):
    result = build_core(project, content, **changes)

    assert not result.success
    assert message in result.error
    assert project.query("from segments order by all") == segmented


WARNINGS = {
    "two identical features": (
        text(*GOOD),
        {"income": {"expression": '"Age"'}},
        "warn_of_redundant_features",
    ),
    "a feature that is mostly missing": (
        text(*GOOD[:5], *(line(number)[:7] + "," for number in range(5, 40))),
        {"income": {"expression": '"Annual Income (k$)"', "missing": "median"}},
        "warn_of_mostly_missing_features",
    ),
    "an unseen category": (
        text(*GOOD).replace("Annual Income (k$)", "Card").replace(",30\n", ",gold\n"),
        {"income": {"expression": '"Card"', "categories": ["31", "32", "80"]}},
        "warn_of_unseen_categories",
    ),
    "a few rejected rows": (
        text(*GOOD, "9001,x,1", "9002,x,1", "9003,x,1"),
        {},
        "warn_of_many_rejected_rows",
    ),
    "a row number as a feature": (
        text(*(f"c{number},{20 + number % 2},{number}" for number in range(100))),
        {},
        "warn_of_features_like_ids",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "features", "warning"),
    WARNINGS.values(),
    ids=[name.replace(" ", "_") for name in WARNINGS],
)
def test_what_is_doubtful_earns_a_warning(project, content, features, warning):
    result = build(
        project,
        content,
        segmentation_features=CONFIGURATION["segmentation_features"] | features,
        segmentation_minimum_silhouette=0,
        segmentation_minimum_share=0,
    )

    assert result.success, result.error
    assert result.nodes[warning] == "warn"
    assert any(message.startswith(f"{warning}: ") for message in result.log)


@pytest.mark.slow
def test_a_protected_attribute_earns_a_note(project):
    result = build_core(project, text(*GOOD), anew=True)

    assert any("shoppers is formed by age" in message for message in result.log)
