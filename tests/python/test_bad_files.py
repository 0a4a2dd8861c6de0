"""Rows of bad files are read, rejected with a reason, or stop the build."""

import pytest
from project import Project

HEADER = "CustomerID,Age,Annual Income (k$)"
CONFIGURATION = {
    # The files are unrelated, so drift between them must not fail.
    "segmentation_drift_thresholds": {
        "population_stability_index": [1e9, 1e9],
        "segment_shift": [1e9, 1e9],
        "distance_growth": [1e9, 1e9],
        "outlier_share": [1e9, 1e9],
    },
    "segmentation_customer_id": '"CustomerID"',
    "segmentation_features": {
        "age": {"expression": '"Age"', "min": 0, "max": 120},
        "income": {"expression": '"Annual Income (k$)"'},
    },
    "segmentation_measures": {},
    "segmentation_attributes": [],
    "segmentations": {"shoppers": {"features": ["age", "income"], "clusters": 2}},
    "segmentation_restarts": 2,
}


def line(number: int) -> str:
    """Return the line of a customer of one of two clear groups."""
    young = number % 2
    return f"{number:04d},{20 + 40 * young + number % 7},{30 + 50 * young + number % 5}"


GOOD = [line(number) for number in range(40)]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return Project(tmp_path_factory.mktemp("bad_files"))


def build(
    project: Project,
    content: str | bytes,
    options: str = "",
    selector: str = "own_customers",
    **changes,
):
    """Write the content to a file and build from it."""
    path = project.folder / "customers.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    source = f"read_csv('{path}', all_varchar = true{options})"
    return project.dbt(
        *("build", "--selector", selector),
        **({"segmentation_customers": source} | CONFIGURATION | changes),
    )


def build_core(project: Project, content: str | bytes, **changes):
    """Build up to the segments only, because another test builds all tables from such a
    file.
    """
    return build(project, content, selector="core", **changes)


def rejected(project: Project) -> list[tuple]:
    return project.query(
        "select customer_id, reason, feature from rejected_customers order by all"
    )


def text(*lines: str) -> str:
    return "\n".join([HEADER, *lines]) + "\n"


def test_a_good_file_is_segmented_and_keeps_leading_zeros(project):
    assert build(project, text(*GOOD)).success
    assert rejected(project) == []
    assert project.query("select min(customer_id) from customer_segments") == [
        ("0000",)
    ]


BAD_ROWS = [
    ("b1,forty,50", ("b1", "not_a_number", "age")),
    ("b2,40,", ("b2", "missing_value", "income")),
    ("b3,40,NaN", ("b3", "not_finite", "income")),
    ("b4,40,-inf", ("b4", "not_finite", "income")),
    ("b5,40,1e308", ("b5", "above_maximum", "income")),
    ("b6,-1,50", ("b6", "below_minimum", "age")),
    ("b7,400,50", ("b7", "above_maximum", "age")),
    ('b8,40,"1,250.50"', ("b8", "not_a_number", "income")),
    ('b9,40,"1.250,50"', ("b9", "not_a_number", "income")),
    ("b10,40,50 k$", ("b10", "not_a_number", "income")),
    ("b11,40,2024-03-01", ("b11", "not_a_number", "income")),
    (",40,50", (None, "missing_id", None)),
    ('"   ",40,50', ("   ", "missing_id", None)),
    ("0003,99,99", ("0003", "conflicting_rows", None)),
    ('"a;""b""\nc",x,50', ('a;"b"\nc', "not_a_number", "age")),
    (f"b12,{'x' * 10_000},50", ("b12", "not_a_number", "age")),
]


def test_bad_rows_are_quarantined_with_their_reasons(project):
    result = build(project, text(*GOOD, *(row for row, _ in BAD_ROWS)))

    assert result.success, result.error
    # 0003 is listed once more, because both rows of a conflict are rejected.
    expected = [found for _, found in BAD_ROWS] + [("0003", "conflicting_rows", None)]
    assert sorted(rejected(project), key=str) == sorted(expected, key=str)


@pytest.mark.slow
def test_odd_but_valid_rows_are_segmented(project):
    odd = {
        'a;"b"\nc': '"a;""b""\nc",40,50',
        "x" * 10_000: f"{'x' * 10_000},40,50",
        "Zoë": "Zoë,40,50",
        "'; drop table segments; --": "'; drop table segments; --,40,50",
        "9001": "9001, 40 ,+5e1",
    }

    result = build(project, text(*GOOD, *odd.values()))

    assert result.success, result.error
    assert rejected(project) == []
    found = {
        row[0] for row in project.query("select customer_id from customer_segments")
    }
    assert set(odd) <= found


@pytest.mark.slow
def test_ids_are_compared_in_their_type(tmp_path):
    project = Project(tmp_path)  # a new one, because the history cannot change id types
    content = text(*GOOD, "00003,99,99", " 5 ,25,30", "5 ,25,30")

    assert build_core(project, content, segmentation_customer_id_type="integer").success
    # The file also has 5 as 0005.
    assert sorted(rejected(project)) == [
        (" 5 ", "conflicting_rows", None),
        ("00003", "conflicting_rows", None),
        ("0003", "conflicting_rows", None),
        ("0005", "conflicting_rows", None),
        ("5 ", "conflicting_rows", None),
    ]


@pytest.mark.slow
def test_an_exact_copy_is_merged(project):
    assert build_core(project, text(*GOOD, GOOD[5], GOOD[5])).success
    assert rejected(project) == []
    assert project.query(
        "select copies from int_customers_checked where copies > 1"
    ) == [(3,)]


@pytest.mark.slow
def test_a_byte_order_mark_is_no_part_of_the_header(project):
    assert build_core(project, b"\xef\xbb\xbf" + text(*GOOD).encode()).success


@pytest.mark.slow
def test_latin_1_is_read_when_asked_for(project):
    content = text(*GOOD, "Zoë,40,50").encode("latin-1")

    result = build_core(project, content, options=", encoding = 'latin-1'")

    assert result.success, result.error
    assert ("Zoë",) in project.query("select customer_id from customer_segments")


@pytest.mark.slow
def test_separators_in_numbers_are_for_an_expression(project):
    content = text(*GOOD, '9001,40,"1,250.50"')
    income = {"expression": "replace(\"Annual Income (k$)\", ',', '')"}
    features = CONFIGURATION["segmentation_features"] | {"income": income}

    assert build_core(project, content, segmentation_features=features).success
    assert rejected(project) == []
    assert project.query("select max(income) from customer_features") == [(1250.5,)]


@pytest.fixture(scope="module")
def segmented(project):
    """The segments of the good file, which must survive a build that stops."""
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


@pytest.mark.slow
def test_rejected_rows_can_be_kept_out_of_the_database(project):
    bad = text(*GOOD, "b1,secret,50")

    assert build_core(project, bad).success
    ((row,),) = project.query("select source_row from rejected_customers")
    assert "secret" in row

    assert build_core(project, bad, segmentation_rejected_rows=False).success
    assert project.query("select customer_id, source_row from rejected_customers") == [
        ("b1", None)
    ]


@pytest.mark.slow
def test_columns_that_are_not_configured_are_not_copied(project):
    content = "\n".join([HEADER + ",Diary", *(row + ",dear diary" for row in GOOD)])

    assert build(project, content).success
    copies = project.query(
        """
        select table_name from information_schema.columns
        where lower(column_name) = 'diary' and table_name != 'base_customers'
        """
    )
    assert copies == []
