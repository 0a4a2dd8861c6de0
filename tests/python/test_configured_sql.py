"""Configured SQL is tried before any model reads it, and messages show no value."""

import pytest
from loading import build_model, load_model

CUSTOMERS = '"memory"."main"."base_customers"'
OUTCOMES = "segmentation_campaigns.winter.outcomes"


@pytest.fixture(scope="module")
def configured_sql_problems():
    return load_model("models/configure/configured_sql_problems.py")


@pytest.fixture
def problems_of(configured_sql_problems, session):
    """A function that returns the sentences for rows of int_configured_sql."""

    def find(*rows: tuple) -> list[str]:
        session.execute(
            "create or replace table int_configured_sql"
            " (setting text, given_sql text, value text, source text)"
        )
        session.executemany("insert into int_configured_sql values (?, ?, ?, ?)", rows)
        found = build_model(configured_sql_problems, session)
        return [row["problem"] for row in found]

    return find


@pytest.mark.parametrize("cast", ["'secret'::int", "cast('secret' as integer)"])
def test_a_cast_is_found_in_the_view_that_a_package_reads(problems_of, session, cast):
    session.execute(f"create view base_customers as select {cast} as age, 'c1' as id")

    (problem,) = problems_of(
        ("segmentation_customers", "what base_customers reads", "*", CUSTOMERS)
    )

    thing, found, cure = problem.splitlines()
    assert thing == "segmentation_customers is what base_customers reads"
    assert found == (
        "Conversion Error: it has a value that cannot be converted to INT32."
    )
    assert cure.startswith("Write try_cast instead")
    assert "secret" not in problem


def test_without_a_cast_no_value_is_read(problems_of, session):
    session.execute("create view base_customers as select error('read') as age")

    assert not problems_of(
        ("segmentation_customers", "what base_customers reads", "*", CUSTOMERS)
    )


@pytest.mark.parametrize(
    ("outcomes", "value", "found"),
    [
        ("(select 'secret' as date)", "cast(date as date)", "converted to DATE"),
        ("(select '1' as dates)", "cast(date as date)", "Binder Error"),
        ("gone", "cast(date as date)", "Catalog Error"),
    ],
)
def test_outcomes_are_tried(problems_of, outcomes, value, found):
    (problem,) = problems_of((OUTCOMES, outcomes, value, outcomes + " as o"))

    thing, error, cure = problem.splitlines()
    assert thing.startswith(f"{OUTCOMES} is {outcomes}")
    assert found in error
    assert cure.startswith(("Write try_cast instead", "Give a table, or a query"))
    assert "secret" not in error


def test_a_calendar_is_tried_by_its_columns(problems_of):
    given = "(select 1 as customer_id, date '2026-01-31' as as_of, 'secret' as age)"
    values = [
        f"cast({name})" for name in ("as_of as date", "age as int", "spend as int")
    ]
    problems = problems_of(
        *[("segmentation_calendar.shoppers", given, value, given) for value in values]
    )

    assert len(problems) == 2
    assert "converted to INT32" in problems[0]
    assert 'column "spend" not found' in problems[1]
    assert problems[1].endswith("with customer_id, as_of and all features.")


def test_a_model_that_is_not_built_is_left_to_the_build(problems_of):
    given = "{{ ref('orders') }}"

    assert not problems_of((OUTCOMES, given, "cast(date as date)", "orders as o"))
