"""Builds from files lose no row to DuckDB's guesses, and no log shows a row."""

import json

import pytest
from project import Project
from test_reading import FILLED, ROWS, SECRET, TWO_EXPORTS, options, text, written

pytestmark = pytest.mark.slow

CONFIGURATION = {
    "segmentation_customer_id": '"CustomerID"',
    "segmentation_features": {
        "age": {"expression": '"Age"'},
        "income": {"expression": '"Income"'},
    },
    "segmentation_measures": {},
    "segmentation_attributes": [],
    "segmentations": {"shoppers": {"features": ["age", "income"], "clusters": 2}},
    "segmentation_restarts": 2,
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return Project(tmp_path_factory.mktemp("reading"))


def build(project: Project, customers, **changes):
    variables = CONFIGURATION | {"segmentation_customers": customers} | changes
    return project.dbt("build", "--selector", "core", **variables)


def test_a_file_by_its_name_is_read_as_it_was_tested(project):
    file = written(project.folder, text(*ROWS, "9001,40"))

    result = build(project, {"file": str(file), "short_rows": "fill"})

    assert result.success, result.error
    assert result.nodes["assert_every_line_of_a_file_is_a_source_row"] == "pass"
    assert project.query("select customer_id, reason from rejected_customers") == [
        ("9001", "missing_value")
    ]
    ((given,),) = project.query(
        "select options from int_files_configured where kind = 'file'"
    )
    assert json.loads(given) == options(file) | FILLED


def test_a_query_is_read_without_guesses(project):
    """Without options, DuckDB would read lines that begin with # as comments."""
    rows = [f"#{row}" if number % 2 else row for number, row in enumerate(ROWS)]
    file = written(project.folder, text(*rows))
    query = f"(select *, 'it''s (' as x from read_csv('{file}', all_varchar = true))"

    result = build(project, query)

    assert result.success, result.error
    assert project.query("select count(*) from customer_features") == [(40,)]
    assert project.query("""
        select expression from int_files_configured where kind = 'table'
    """) == [(query.replace("true)", "true, skip = 0, comment = '')"),)]


@pytest.mark.parametrize(
    "broken",
    [
        TWO_EXPORTS,
        text(*ROWS, f"9001,40,50,{SECRET},60"),
        text(*ROWS, f'9001,40,50,"{SECRET}'),
        "\n".join(ROWS),
    ],
    ids=["two_exports", "a_long_row", "a_quote_without_an_end", "no_header"],
)
def test_no_log_shows_what_stands_in_a_line(project, broken):
    file = written(project.folder, broken)
    free = f"read_csv('{file}', all_varchar = true, quote = '\"')"

    result = build(project, free)

    assert not result.success
    assert "Cure: " in result.error
    target = project.folder / "target"
    told = [result.error, *result.log, (target / "run_results.json").read_text()]
    assert not [message for message in told if "Jane" in message or "jane" in message]


COMMAS = {
    # name: (values, replacement of commas, whether the test warns)
    "millions": ("1,234,567.5", "", False),
    "thousands": ("1,234", "", False),
    "cents": ("261,96", "", True),
    "four_digits": ("957,5775", "", True),
    "european_cents": ("261,96", ".", False),
    "european_thousands": ("1,234", ".", True),
}


def test_commas_of_the_other_kind_are_warned_of(project):
    columns = "".join(f", '{COMMAS[name][0]}' as {name}" for name in COMMAS)
    replaced = {
        name: {"expression": f"replace({name}, ',', '{replaced_by}')"}
        for name, (_, replaced_by, _) in COMMAS.items()
    }
    features = CONFIGURATION["segmentation_features"] | {"cents": replaced.pop("cents")}

    result = project.dbt(
        *("build", "--store-failures", "--indirect-selection", "empty"),
        *("--select", "base_customers", "warn_of_decimal_commas"),
        **CONFIGURATION
        | {
            "segmentation_customers": f"(select i{columns} from range(20) as n(i))",
            "segmentation_features": features,
            "segmentation_measures": replaced,
        },
    )

    assert result.success, result.error
    assert result.nodes["warn_of_decimal_commas"] == "warn"
    doubtful = project.query("""
        select feature from main_dbt_test__audit.warn_of_decimal_commas order by all
    """)
    assert doubtful == sorted((name,) for name in COMMAS if COMMAS[name][2])
