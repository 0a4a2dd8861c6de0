"""A scoring function works for every option, any value and any name."""

import csv

import duckdb
import numpy as np
import pytest
from calling import UNASSIGNED, answers, functions, said_by_the_build
from project import Project

RUN = (
    *("run", "--select", "+scoring_functions", "+segments", "customer_segments"),
    "segmentation_fit_features",
)
# All options. The names have a meaning in SQL or in the body of a function.
FEATURES = {
    "order": {"min": -50, "max": 50},
    "z_order": {"expression": 'try_cast("z-order" as double) * 0.1'},
    "group": {"transform": "log", "missing": "median"},
    "select": {"transform": "sqrt", "clip": [0.1, 0.9], "missing": "mean"},
    "by": {
        "missing": 3,
        "clip": [0.05, 0.95],
        "transform": "log",
        "scale": "robust",
        "weight": 0.3,
    },
    "nearest": {"scale": "none", "weight": 0.1, "missing": "unassigned"},
    "pet": {"categories": ["cat", "it's", "@lower_bound"], "weight": 2},
    "plan": {"categories": ["free", "paid"], "missing": "paid"},
    "color": {"categories": ["red", "blue"], "missing": "unassigned"},
}
COLUMNS = ["z-order" if name == "z_order" else name for name in FEATURES]
ARGUMENTS = {
    name: options.get("expression", f'"{name}"') for name, options in FEATURES.items()
}
SEGMENTATIONS = {
    "everything": {"features": list(FEATURES)},
    "select": {"features": ["z_order", "order"]},
    "kinds": {"features": ["plan", "order", "pet"]},
    "gone": {"features": ["by", "nearest"], "where": '"order" > 0'},
}
# Texts that files have instead of a value, and numbers that have no logarithm.
DIRT = ["", " ", "n/a", "-4", "-51", "1e16", "nan", "inf", "0x1F", " 7 "]
NAMES = {
    "everything-1": "O'Brien's \"best\"",
    "everything-2": "');drop table segments;--",
    "everything-3": "a;\nb, ü\\' '' @center",
    "select-1": "'",
}


def build(project: Project, *arguments: str, **changes):
    """Build a project with the dirty customers and all options."""
    names = ", ".join(
        f"('{segment.split('-')[0]}', '{segment}', '{name}', null)"
        for segment, name in (
            (segment, name.replace("'", "''")) for segment, name in NAMES.items()
        )
    )
    return project.dbt(
        *(arguments or RUN),
        **{
            "segmentation_customers": customers(project),
            "segmentation_customer_id": "number",
            "segmentation_features": FEATURES,
            "segmentation_measures": {},
            "segmentation_attributes": [],
            "segmentation_names": f"(select * from (values {names}) as given("
            "segmentation, segment_id, name, strategy))",
            "segmentations": SEGMENTATIONS,
            "segmentation_clusters": 3,
            "segmentation_restarts": 2,
        }
        | changes,
    )


def customers(project: Project) -> str:
    return f"read_csv('{project.folder}/customers.csv', all_varchar = true)"


def write_customers(path) -> None:
    """Write three groups of customers, of whom three in ten have a bad value."""
    generator = np.random.default_rng(3)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["number", *COLUMNS])
        for number in range(600):
            numbers = abs(number % 3 * 7 + generator.normal(0, 1.5, 6))
            texts = [
                generator.choice(["cat", "it's", "@lower_bound", "cow", " cat "]),
                generator.choice(["free", "paid", "trial"]),
                generator.choice(["red", "blue"]),
            ]
            values = [*(repr(float(value)) for value in numbers), *texts]
            if number % 10 < 3:
                values[generator.integers(len(values))] = generator.choice(DIRT)
            writer.writerow([number, *values])


@pytest.fixture(scope="module")
def dirty(tmp_path_factory):
    """A project with all options and dirty customers. Its first build had no rows."""
    project = Project(tmp_path_factory.mktemp("dirty"))
    write_customers(project.folder / "customers.csv")
    empty = build(project, *RUN, "--empty")
    assert empty.success, empty.error
    project.functions_when_empty = functions(project)
    built = build(project)
    assert built.success, built.error
    return project


@pytest.mark.slow
def test_an_empty_database_has_no_functions_yet(dirty):
    assert dirty.functions_when_empty == {}


@pytest.mark.slow
def test_every_option_is_understood(dirty):
    found = dirty.query(
        answers("everything", list(ARGUMENTS.values()), customers(dirty), "number")
    )
    outcomes = dict(
        dirty.query("""
            select coalesce(rejected_row[1], customer_id), rejection is null
            from int_customers_checked
        """)
    )

    accepted = [row for row in found if outcomes[row[0]]]
    rejected = [row for row in found if not outcomes[row[0]]]
    assert accepted == said_by_the_build(dirty, "everything")
    assert [row[1:] for row in rejected] == [(None,) * 5] * len(rejected)
    assert len(rejected) > 50
    assert sum(row[1:] == UNASSIGNED for row in accepted) > 5
    assert {row[2] for row in accepted} == {
        *(NAMES[f"everything-{number}"] for number in (1, 2, 3)),
        "Unassigned",
    }


@pytest.mark.slow
@pytest.mark.parametrize("segmentation", ["select", "kinds", "gone"])
def test_names_of_sql_are_understood(dirty, segmentation):
    features = SEGMENTATIONS[segmentation]["features"]
    where = SEGMENTATIONS[segmentation].get("where", "true")
    taking_part = f"""(
        select * from {customers(dirty)}
        where number in (select customer_id from customer_features where {where})
    )"""

    found = dirty.query(
        answers(
            segmentation, [ARGUMENTS[name] for name in features], taking_part, "number"
        )
    )

    members = {row[0] for row in found}
    assert len(members) > 200
    assert found == [
        row for row in said_by_the_build(dirty, segmentation) if row[0] in members
    ]


@pytest.mark.slow
def test_the_columns_of_the_table_make_the_functions_anywhere(dirty):
    rows = dirty.query(
        "select function_name, arguments, expression from scoring_functions"
    )
    query = answers("everything", list(ARGUMENTS.values()), customers(dirty), "number")
    expected = dirty.query(query)

    with duckdb.connect() as elsewhere:
        for name, arguments, expression in rows:
            elsewhere.execute(f"create macro {name}({arguments}) as ({expression})")

        assert elsewhere.sql(query).fetchall() == expected


@pytest.mark.slow
def test_names_do_no_harm(dirty):
    assert dirty.query("select count(*) from segments") == [(14,)]


@pytest.mark.slow
def test_a_build_that_fails_keeps_the_functions(dirty):
    before = functions(dirty)
    file = dirty.folder / "customers.csv"
    content = file.read_text()
    file.write_text(content.splitlines()[0] + "\n")
    stopped_before = build(dirty)
    file.write_text(content)
    with duckdb.connect(str(dirty.database)) as connection:
        connection.execute("alter table int_champion_segments rename to gone")
    stopped_there = build(dirty, "run", "--select", "scoring_functions")
    with duckdb.connect(str(dirty.database)) as connection:
        connection.execute("alter table gone rename to int_champion_segments")

    assert "has no rows" in stopped_before.error
    assert stopped_there.nodes == {"scoring_functions": "error"}
    assert functions(dirty) == before != {}


@pytest.mark.slow
def test_the_function_of_a_segmentation_goes_with_it(dirty):
    kept = {name: options for name, options in SEGMENTATIONS.items() if name != "gone"}
    before = functions(dirty)

    result = build(dirty, "run", "--select", "+scoring_functions", segmentations=kept)

    assert result.success, result.error
    assert functions(dirty) == {
        name: body for name, body in before.items() if name != "gone_segment"
    }
