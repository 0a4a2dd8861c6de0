"""A scoring function gives the same segment as a build, for any values."""

import csv

import duckdb
import numpy as np
import pytest
from project import Project

RUN = (
    *("run", "--select", "+scoring_functions", "+segments", "customer_segments"),
    "segmentation_fit_features",
)
ANSWER = "segment_id, segment_name, next_segment_id, distance, margin"
UNASSIGNED = ("unassigned", "Unassigned", None, None, None)
SAMPLE = {
    "lifestyle": ["age", "annual_income", "spending_score"],
    "value": ["products_purchased", "complaints", "money_spent"],
    "attitudes": ["price_sensitivity", "brand_loyalty", "novelty_seeking"],
    "rfm": ["recency_days", "frequency", "monetary_value"],
}

# All options, with names that have a meaning in SQL or in the body of a function.
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
# Texts that files have in place of a value, and numbers without a logarithm.
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


def functions(project: Project) -> dict[str, str]:
    """Return the definitions of the macros in the project's database, by name."""
    return dict(
        project.query(
            """
            select function_name, macro_definition from duckdb_functions()
            where function_type = 'macro' and not internal
                and database_name = current_database() and schema_name = 'main'
            """
        )
    )


def answers(segmentation: str, arguments: list[str], source: str, key: str) -> str:
    """Return a query that applies a scoring function to every row of a source."""
    return f"""
        select {key}, customer.* from (
            select {key}, {segmentation}_segment({", ".join(arguments)}) as customer
            from {source}
        ) order by {key}
    """


def said_by_the_build(project: Project, segmentation: str) -> list[tuple]:
    return project.query(
        f"""
        select customer_id, {ANSWER} from customer_segments
        where segmentation = '{segmentation}' order by customer_id
        """
    )


@pytest.fixture(scope="module")
def dirty(tmp_path_factory):
    """A project with all options and dirty customers, built without rows before."""
    project = Project(tmp_path_factory.mktemp("dirty"))
    write_customers(project.folder / "customers.csv")
    empty = build(project, *RUN, "--empty")
    assert empty.success, empty.error
    project.functions_when_empty = functions(project)
    built = build(project)
    assert built.success, built.error
    return project


@pytest.mark.parametrize("segmentation", SAMPLE)
def test_functions_say_of_customers_what_the_build_says(sample, segmentation):
    query = answers(
        segmentation, SAMPLE[segmentation], "customer_features", "customer_id"
    )

    found = sample.query(query)

    assert found == said_by_the_build(sample, segmentation)
    assert len(found) == 2000
    is_unassigned = [row[1:] == UNASSIGNED for row in found]
    assert any(is_unassigned) == (segmentation == "attitudes")


def test_a_literal_call_finds_the_nearest_centroid(sample):
    centers = sample.query(
        """
        select center, scale from segmentation_fit_features
        where segmentation = 'lifestyle' order by position
        """
    )
    centroids = sample.query(
        """
        select any_value(segment_id), list(centroid order by position)
        from segmentation_fit_centroids inner join segmentation_fit_features
            using (fit_id, feature)
        where segmentation_fit_centroids.segmentation = 'lifestyle'
        group by segment_index
        """
    )
    center, scale = np.array(centers).T
    point = (np.array([35, 60, 80]) - center) / scale
    nearest, following = sorted(
        (float(np.linalg.norm(point - np.array(values))), segment)
        for segment, values in centroids
    )[:2]

    ((segment, _, next_segment, distance, margin),) = sample.query(
        "select customer.* from (select lifestyle_segment(35, 60, 80) as customer)"
    )

    assert (segment, next_segment) == (nearest[1], following[1])
    assert distance == pytest.approx(nearest[0])
    assert margin == pytest.approx(1 - nearest[0] / following[0])


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("lifestyle_segment(null, 60, 80)", None),
        ("lifestyle_segment(121, 60, 80)", None),
        ("lifestyle_segment(35, 60, 'high')", None),
        ("lifestyle_segment(35, ' ', 80)", None),
        ("lifestyle_segment(35, 60, 'nan'::double)", None),
        ("value_segment(-4, 0, 10)", None),
        ("attitudes_segment(3, null, 2)", UNASSIGNED),
        ("attitudes_segment(3, '', 2)", UNASSIGNED),
        ("attitudes_segment(3, 'n/a', null)", None),
        ("attitudes_segment(9, null, 2)", None),
        ("rfm_segment(null, null, null)", UNASSIGNED),
    ],
)
def test_what_the_build_would_not_place(sample, call, expected):
    ((found,),) = sample.query(f"select {call}")
    ((of_rows,),) = sample.query(
        f"select distinct {call.replace('60', 'sixty').replace('-4', 'four')}"
        " from (values (60, -4), (60, -4)) as given(sixty, four)"
    )

    assert (found and tuple(found.values())) == expected
    assert of_rows == found


def test_text_and_names_of_arguments_are_understood(sample):
    ((plain, text, named),) = sample.query(
        """
        select
            lifestyle_segment(35, 60, 80),
            lifestyle_segment('35', ' 60.0 ', '8e1'),
            lifestyle_segment(spending_score := 80, annual_income := 60, age := 35)
        """
    )

    assert plain == text == named


@pytest.mark.parametrize(
    "columns",
    [
        ["nearest", "point", "value_1"],
        ["customers", "preparations", "centers"],
        ["distances", "centroids", "is_unusable"],
        ["place", "segment_ids", "other__point"],
    ],
)
def test_columns_of_the_caller_may_have_any_name(sample, columns):
    (expected,) = sample.query("select lifestyle_segment(35, 60, 80)")
    for order in (columns, columns[::-1]):
        given = ", ".join(order)

        (found,) = sample.query(
            f"""
            select lifestyle_segment({given})
            from (select 35 as {order[0]}, 60 as {order[1]}, 80 as {order[2]})
                as compared
            """
        )

        assert found == expected


def test_functions_work_where_nothing_may_be_written(sample):
    call = "lifestyle_segment(35, 60, 80).segment_id"
    expected = sample.query(f"select {call}")
    with duckdb.connect(str(sample.database), read_only=True) as connection:
        assert connection.sql(f"select {call}").fetchall() == expected
    with duckdb.connect() as connection:
        connection.execute(f"attach '{sample.database}' as shop (read_only)")
        assert connection.sql(f"select shop.main.{call}").fetchall() == expected


def test_another_build_makes_the_same_functions(sample):
    before = functions(sample)
    again = sample.dbt("run", "--select", "scoring_functions", **sample.variables)

    assert again.success, again.error
    assert functions(sample) == before
    fitted = sample.query("select distinct segmentation from segmentation_fits")
    assert set(before) == {f"{name}_segment" for (name,) in fitted}
    assert len(fitted) >= len(SAMPLE)


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
