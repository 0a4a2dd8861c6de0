"""A template is filled in only once, even if its values look like placeholders."""

import json

import duckdb
import pytest
from project import Project

# Some values of the first thing look like placeholders of a template.
SQL = """
{%- set things = [
    {"name": "one", "label": "it's {name}"}, {"name": "two", "label": "{'label'}"},
] -%}
select
    {{ columns_for_each(["a", "b"], [
        "'{thing}' as {thing}_1", "{position} as {thing}_2",
    ]) }},
    {{ for_each(things, "{'label'} as {column}") | join(", ") }},
    {'unknown': '{unknown}'} as struct,
    (select list(rows) from ({{ rows_of(for_each(things, {
        "label": "{'label'}", "place": "{position} * 10",
    })) }}) as rows) as rows
"""


@pytest.fixture(scope="module")
def row(tmp_path_factory) -> dict:
    """The row of the query above."""
    project = Project(tmp_path_factory.mktemp("for_each"))
    compiled = project.dbt("compile", "--inline", SQL)
    assert compiled.success, compiled.error
    results = json.loads((project.folder / "target" / "run_results.json").read_text())
    with duckdb.connect() as connection:
        found = connection.sql(results["results"][0]["compiled_code"])
        (values,) = found.fetchall()
        return dict(zip(found.columns, values, strict=True))


def test_each_thing_has_all_its_columns_before_the_next(row):
    assert list(row)[:4] == ["a_1", "a_2", "b_1", "b_2"]
    assert list(row.values())[:4] == ["a", 1, "b", 2]


def test_a_value_that_looks_like_a_place_stays(row):
    assert (row["one"], row["two"]) == ("it's {name}", "{'label'}")
    assert row["struct"] == {"unknown": "{unknown}"}


def test_a_mapping_becomes_a_row(row):
    assert row["rows"] == [
        {"label": "it's {name}", "place": 10},
        {"label": "{'label'}", "place": 20},
    ]
