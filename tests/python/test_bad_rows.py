"""Bad rows of a file are read, or rejected with a reason."""

import pytest
from project import Project
from two_groups import CONFIGURATION, GOOD, HEADER, build, build_core, rejected, text


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return Project(tmp_path_factory.mktemp("bad_rows"))


@pytest.mark.slow
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
    project = Project(tmp_path)  # a new one, because the history keeps its type of ids
    content = text(*GOOD, "00003,99,99", " 5 ,25,30", "5 ,25,30")

    assert build_core(project, content, segmentation_customer_id_type="integer").success
    # The file also contains the id 5 as 0005.
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
