"""Every query in docs/connect.md gives an answer on the published file."""

import re

import duckdb
import pytest
from project import ROOT, Project

PAGE = (ROOT / "docs" / "connect.md").read_text(encoding="utf-8")


def queries() -> dict[str, str]:
    """Return the queries of the page by the bold question before each."""
    questions = PAGE[PAGE.index("## Ten questions") :]
    found = re.findall(
        r"\*\*([^*]+\?)\*\*(?:(?!\*\*).)*?```sql\n(.*?)```", questions, re.DOTALL
    )
    assert len(found) == questions.count("```sql")
    return dict(found)


def ask(project: Project, sql: str) -> list[dict]:
    """Return the rows of a query on the published file."""
    file = project.published / "segments.duckdb"
    with duckdb.connect(str(file), read_only=True) as connection:
        relation = connection.sql(sql)
        return [
            dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()
        ]


@pytest.fixture(scope="module")
def answers(sample):
    return {question: ask(sample, sql) for question, sql in queries().items()}


@pytest.fixture(scope="module")
def sizes(answers):
    return {row["segment_name"]: row for row in answers["How big are they?"]}


def test_there_are_ten_questions_of_marketing_and_one_of_the_team():
    assert len(queries()) == 11


def test_the_segments_have_names_descriptions_and_sizes(answers, sizes):
    described = {
        row["segment_name"]: row["description"]
        for row in answers["Who are our segments?"]
    }

    assert described.keys() == sizes.keys()
    assert len(described) == 5
    assert "spending score 80.7 (high)" in described["High spending, high income"]
    assert sum(row["customers"] for row in sizes.values()) == 2000
    assert sum(row["percent"] for row in sizes.values()) == pytest.approx(100, abs=0.3)


def test_each_segment_has_two_features_that_set_it_apart(answers, sizes):
    rows = answers["What makes each different?"]
    apart = {(row["segment_name"], row["label"]): row["judgement"] for row in rows}

    assert len(rows) == 2 * len(sizes)
    assert apart["Younger, low income", "Age"] == "low"
    assert apart["High spending, high income", "Spending score"] == "high"


def test_the_worth_adds_up_and_big_spend_is_worth_most(answers):
    rows = answers["What is each worth?"]
    index = {row["segment_name"]: row["index_per_customer"] for row in rows}

    assert sum(row["percent"] for row in rows) == pytest.approx(100, abs=0.3)
    assert max(index, key=index.get) == rows[0]["segment_name"]
    assert rows[0]["segment_name"] == "Big baskets"
    assert min(index.values()) < 100 < max(index.values())


def test_the_people_in_it_are_those_of_its_name(answers, sizes):
    values = {
        (row["segment_name"], row["value"]): row
        for row in answers["Who are the people in it?"]
    }

    assert {name for name, _ in values} == set(sizes)
    assert values["Younger, low income", "18-24"]["index"] > 400
    assert values["Older, low spending", "65 or older"]["index"] > 400


def test_a_rule_recognizes_most_of_each_segment(answers, sizes):
    rows = answers["How do I recognize one?"]

    assert {row["segment_name"] for row in rows} == set(sizes)
    assert min(min(row["percent_right"], row["percent_found"]) for row in rows) > 80


def test_somebody_new_is_placed(answers, sizes):
    (customer,) = answers["Where does somebody new belong?"]

    assert customer["segment_name"] in sizes
    assert 0 <= customer["margin"] <= 1


def test_the_target_is_a_list_of_different_customers(answers):
    rows = answers["Whom do we target?"]
    spent = [row["money_spent"] for row in rows]

    assert len({row["customer_id"] for row in rows}) == len(rows) == 70
    assert max(spent) < 300


def test_borderline_customers_have_two_segments(answers, sizes):
    rows = answers["Who is on the border?"]

    assert 5 < len(rows) < 50
    assert all(row["segment_name"] != row["or_else"] for row in rows)
    assert {row["or_else"] for row in rows} <= set(sizes)


def test_nobody_moved_in_the_first_build_and_the_fits_are_of_today(answers):
    rows = answers["Do the segments still fit?"]

    assert answers["Who moved, and why?"] == []
    assert {row["status"] for row in rows} == {"pass"}
    assert len(rows) == 5


def test_both_ways_to_ask_for_checksum_and_comments_work(sample):
    checksum, comments = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)[:2]
    published = "select checksum from published_tables where table_name = 'segments'"

    assert [{"checksum": str(row["checksum"])} for row in ask(sample, checksum)] == ask(
        sample, published
    )
    assert {"customer_id", "margin"} <= {
        row["column_name"] for row in ask(sample, comments) if row["comment"]
    }


def test_the_page_reads_where_the_sample_is_published(sample):
    settings = (ROOT / "dbt_project.yml").read_text(encoding="utf-8")
    assert "'published/' ~ target.database" in settings
    assert "published/customer_segmentation/current" in PAGE
    for name in ("segments.duckdb", "manifest.json", "parquet/segments.parquet"):
        assert name in PAGE
        assert (sample.published / name).exists()


@pytest.mark.slow
def test_months_later_it_says_who_moved_and_what_drifts(sample, tmp_path):
    project = sample.copy(tmp_path)
    result = project.dbt(
        *("build", "--exclude-resource-type", "unit_test", "test"),
        segmentation_publish_to=str(tmp_path / "published"),
        orders_as_of="2026-06-30",
    )
    assert result.success, result.error
    moved = ask(project, queries()["Who moved, and why?"])
    fits = ask(project, queries()["Do the segments still fit?"])
    status = {row["segmentation"]: row["status"] for row in fits}

    assert {row["segmentation"] for row in moved} == {"rfm"}
    assert {row["cause"] for row in moved} == {"customer"}
    assert {row["to_segment_name"] for row in moved} == {
        "High value, few orders",
        "Low value, last order longer ago",  # no customer has ordered since then
    }
    assert status.pop("rfm") == "fail"
    assert set(status.values()) == {"pass"}
