"""No name, description, judgement or card contradicts the customers."""

import duckdb
import pytest
import yaml
from contradictions import contradictions
from project import ROOT, Project
from test_golden import TABLES, copy_of_the_sample

SAMPLE = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"][
    "customer_segmentation"
]["segmentation_features"]


def noise(seed: int) -> str:
    """Return SQL of a number from 0 to 1 that looks random."""
    return f"(hash(i * 31 + {seed}) % 1000 / 1000.0)"


def yes(seed: int, shares: list[float]) -> str:
    """Return SQL that is 1 for the given share of each group, else 0."""
    return f"({noise(seed)} < {shares}[g + 1])::int"


CONTRACTS = ["Month-to-month", "One year", "Two year"]
# Columns by name: SQL with a row's number i and its group g, and the options of the
# feature.
TABLES_OF_GROUPS = {
    "skewed": {
        "revenue": (f"exp(g + 1.2 * {noise(1)} + 3 * {noise(2)})", {"unit": "EUR"}),
        "visits": (f"floor(exp(g % 2 * 2 + 2 * {noise(3)}))", {"transform": "log"}),
        "balance": (f"g * 100 - 150 + 90 * {noise(4)}", {}),
    },
    "categories": {
        "contract": (
            f"{CONTRACTS}[if({noise(5)} < 0.95, [3, 2, 1, 1][g + 1], 2)]",
            {"categories": CONTRACTS},
        ),
        "internet": (
            f"if(g = 3, 'No', if({noise(6)} < 0.5, 'DSL', 'Cable'))",
            {"categories": ["DSL", "Cable", "No"]},
        ),
        "tenure": (f"60 - 15 * g + 10 * {noise(7)}", {"unit": "months"}),
    },
    "shares": {
        "returned": (f"0.02 + 0.2 * (g % 2) + 0.03 * {noise(8)}", {}),
        "discounted": (f"0.001 + 0.3 * (g // 2) + 0.02 * {noise(9)}", {}),
        "smoothness": (f"0.08 + 0.03 * {noise(10)}", {}),
    },
    "yes_or_no": {
        "is_member": (yes(11, [0.02, 0.97, 0.5, 0.9]), {}),
        "newsletter": (yes(12, [0, 0.2, 0.98, 0.9]), {}),
        "complained": (yes(13, [0.17, 0, 0.17, 0.17]), {}),
    },
    "many": {
        f"answer_{place}": (
            f"1 + (g * {place} % 5) * {1 + place % 3} + 2 * {noise(20 + place)}",
            {"transform": "log"} if place % 4 == 0 else {},
        )
        for place in range(1, 18)
    },
}


def built(folder, name: str) -> tuple[Project, dict]:
    """Build four groups of 300 and return the project with its features."""
    columns = TABLES_OF_GROUPS[name]
    selected = ", ".join(f"{sql} as {column}" for column, (sql, _) in columns.items())
    features = {column: options for column, (_, options) in columns.items()}
    project = Project(folder)
    result = project.dbt(
        *(*TABLES, "--selector", "own_customers"),
        segmentation_customers=f"(select i as number, {selected}, i // 500 as area,"
        " date '2026-01-31' - i::int as seen"
        " from (select i, i % 4 as g from range(1200) as numbers(i)))",
        segmentation_customer_id="number",
        segmentation_data_as_of="seen",
        segmentation_features=features,
        segmentation_measures={},
        segmentation_attributes=["area"],
        segmentations={"own": {"features": list(features)}, "area": {"by": "area"}},
        segmentation_clusters=4,
        segmentation_restarts=4,
        segmentation_minimum_silhouette=-1,
    )
    assert result.success, result.error
    return project, features


def test_the_sample_is_of_the_day_of_its_orders(sample):
    (found,) = sample.query("select distinct data_as_of::date::varchar from segments")
    assert found == ("2025-12-31",)


def test_the_sample_contradicts_nothing(sample):
    found, read = contradictions(sample, SAMPLE)

    assert read > 600
    assert not found


@pytest.mark.slow
def test_categories_contradict_nothing(tmp_path):
    project, features = built(tmp_path, "categories")
    found, read = contradictions(project, features)
    (day,) = project.query("select distinct data_as_of::date::varchar from segments")

    assert day == ("2026-01-31",)
    assert read > 40
    assert not found


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [name for name in TABLES_OF_GROUPS if name != "categories"]
)
def test_generated_customers_contradict_nothing(name, tmp_path):
    found, read = contradictions(*built(tmp_path, name))

    assert read > 30
    assert not found


@pytest.mark.slow
def test_the_second_year_contradicts_nothing(sample, tmp_path):
    later = copy_of_the_sample(tmp_path, sample)
    result = later.dbt(*TABLES, orders_as_of="2026-12-31")
    assert result.success, result.error

    found, read = contradictions(later, SAMPLE)

    assert read > 600
    assert not found


def test_a_contradiction_is_found(sample, tmp_path):
    """Check that the reader notices a wrong word, a wrong figure and a wrong name."""
    copy = sample.copy(tmp_path)
    changes = (
        "update segment_profiles set judgement = 'about average'"
        " where segment_id = 'rfm-4' and feature = 'monetary_value'",
        "update segment_profiles set typical_text = '99 years'"
        " where segment_id = 'lifestyle-1' and feature = 'age'",
        "update segments set segment_name = 'Older' where segment_id = 'lifestyle-1'",
    )
    with duckdb.connect(str(copy.database)) as connection:
        for sql in changes:
            connection.execute(sql)

    found, _ = contradictions(copy, SAMPLE)

    assert any("about average at an index of" in problem for problem in found)
    assert any("99 years of a value of" in problem for problem in found)
    assert any("is in no profile" in problem for problem in found)
    assert any(problem.startswith("Older: Older, but low") for problem in found)


def test_figures_have_the_digits_that_people_compare(sample):
    expected = {
        **{"0": "0", "1": "1", "1224.4": "1,224", "99.96": "100", "57.83": "57.8"},
        **{"9.9996": "10", "0.0595": "0.0595", "0.000123456": "0.000123"},
        **{"-33.12": "-33.1", "2000000": "2,000,000", "0.00000000123": "1.23e-09"},
    }
    shares = {"0": "0 %", "0.0001": "under 0.1 %", "0.004": "0.4 %", "0.5": "50 %"}
    shares |= {"0.999": "over 99 %", "1": "100 %"}
    sql = " union all ".join(
        f"select '{key}' as number, {{{{ {macro}('{key}::double') }}}} as text"
        for macro, texts in (("figure_text", expected), ("percent_text", shares))
        for key in texts
    )
    result = sample.dbt("show", "--limit", "99", "--inline", sql, **sample.variables)
    (rows,) = result.shown.values()

    assert [row["text"] for row in rows] == [*expected.values(), *shares.values()]
