"""Audiences have one row per customer with all columns, and files that are safe to
open.
"""

import csv
import hashlib
import json
import math
from datetime import datetime

import duckdb
import numpy as np
import pandas as pd
import pytest
from dbt.cli.main import dbtRunner
from project import ROOT, Project

RUN = ("run", "--select", "+audience_files")
CUSTOMERS = 3000
SEGMENTATIONS = {
    "groups": {"features": ["x", "y"]},
    "half": {"features": ["x", "balance"], "where": "y > 3", "clusters": 2},
    "note": {"by": "note"},
}
NOTES = [
    *("=1+1", "+1+1", "-1-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1+1"),
    *("it's", 'say "hi"', "a,b", "a;b", "two\nlines", "two\r\nlines", "carriage\rback"),
    *("Zoë 北京 🙂", " blank ", "'quoted'", "\\", "NULL", "-5", "+4", "-1.5e3", "1-2"),
]
HARMFUL = set(NOTES[:8])
NAMES = {"groups-1": "=cmd|'/C calc'!A0", "groups-2": '+1, "2"; 3', "groups-3": "@x"}


def write_customers(path, order: int = 1) -> None:
    """Write customers in three groups, with ids and notes that look like formulas."""
    generator = np.random.default_rng(5)
    rows = []
    for number in range(CUSTOMERS):
        x, y = number % 3 * 4 + generator.integers(0, 5, 2) / 2
        customer = f"{'=+-@'[number % 4]}{number}" if number < 80 else f"c{number}"
        balance = (generator.integers(-1000, 1000) / 7) * (number % 5 - 2)
        note = None if number % 50 == 49 else NOTES[number % len(NOTES)]
        rows.append((customer, x, y, balance, note, f"shop {number % 7}"))
    columns = ["customer", "x", "y", "balance", "note", "shop"]
    frame = pd.DataFrame(rows[::order], columns=columns)
    with duckdb.connect() as connection:
        connection.register("customers", frame)
        connection.execute(f"copy customers to '{path}' (format parquet)")


def configuration(project: Project) -> dict:
    names = ", ".join(
        "('groups', '{}', '{}', null)".format(segment, name.replace("'", "''"))
        for segment, name in NAMES.items()
    )
    return {
        "segmentation_customers": f"read_parquet('{project.folder}/customers.parquet')",
        "segmentation_customer_id": "customer",
        "segmentation_attributes": ["shop", "note"],
        "segmentation_measures": {"balance": {}, "loss": {"expression": "-x"}},
        "segmentation_features": {"x": {}, "y": {}, "balance": {"weight": 0.1}},
        "segmentations": SEGMENTATIONS,
        "segmentation_names": f"(select * from (values {names}) as given("
        "segmentation, segment_id, name, strategy))",
        "segmentation_clusters": 3,
        "segmentation_minimum_share": 0,
        "segmentation_restarts": 2,
        "segmentation_holdout": {"share": 0.1, "name": "holdout"},
        "segmentation_export_folder": str(project.exports),
    }


def frame(project: Project, sql: str) -> pd.DataFrame:
    with duckdb.connect(str(project.database)) as connection:
        return connection.sql(sql).df()


def files(project: Project) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in project.exports.iterdir()}


def rows_of_csv(project: Project) -> list[dict]:
    with (project.exports / "audiences.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def is_held_out(customer: str, share: float, name: str) -> bool:
    digest = hashlib.md5(f"{name}:{customer}".encode()).hexdigest()
    return int(digest[:8], 16) / 2**32 < share


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("audiences"))
    project.exports = project.folder / "it's for, campaigns"
    project.exports.mkdir()
    write_customers(project.folder / "customers.parquet")
    project.settings = configuration(project)
    result = project.dbt(*RUN, **project.settings)
    assert result.success, result.error
    return project


@pytest.fixture(scope="module")
def numbered(tmp_path_factory):
    """Customers with negative numbers as ids, without attributes and measures."""
    project = Project(tmp_path_factory.mktemp("numbered"))
    result = project.dbt(
        *RUN,
        segmentation_customers="(select i - 20 as id, i % 2 * 9 + i / 40 as x"
        " from range(200) as numbers(i))",
        segmentation_customer_id="id",
        segmentation_customer_id_type="bigint",
        segmentation_attributes=[],
        segmentation_measures={},
        segmentation_features={"x": {}},
        segmentations={"halves": {"features": ["x"]}},
        segmentation_clusters=2,
        segmentation_restarts=2,
        segmentation_holdout={"share": 1, "name": "everybody"},
        segmentation_export_folder=str(project.folder),
    )
    assert result.success, result.error
    project.exports = project.folder
    return project


def test_a_row_has_everything_of_a_customer(built):
    features = frame(built, "from customer_features")
    segments = frame(built, "from customer_segments")
    history = frame(built, "from customer_segment_history where is_current")
    places = segments.merge(
        history[["customer_id", "segmentation", "segment_id", "valid_from"]],
        how="left",
        on=["customer_id", "segmentation", "segment_id"],
    )
    columns = {
        "segment_id": "segment_id",
        "segment_name": "segment_name",
        "valid_from": "since",
    }
    expected = features[["customer_id", "shop", "note", "balance", "loss"]]
    for segmentation in SEGMENTATIONS:
        own = places[places["segmentation"] == segmentation]
        own = own[["customer_id", *columns]].rename(
            columns={old: f"{segmentation}_{new}" for old, new in columns.items()}
        )
        expected = expected.merge(own, on="customer_id", validate="one_to_one")
    expected["is_holdout"] = [
        is_held_out(customer, 0.1, "holdout") for customer in expected["customer_id"]
    ]

    found = frame(built, "from audiences")

    assert len(found) == CUSTOMERS
    pd.testing.assert_frame_equal(
        found.sort_values("customer_id", ignore_index=True),
        expected.sort_values("customer_id", ignore_index=True),
        check_exact=True,
    )
    assert found.isna().sum().to_dict() == dict.fromkeys(found, 0) | {
        "note": CUSTOMERS // 50
    }
    assert set(found["groups_segment_name"]) == set(NAMES.values())
    assert set(found["half_segment_id"]) == {"half-1", "half-2", "unassigned"}


def test_the_held_out_are_as_many_as_asked_for(built):
    ((held_out,),) = built.query("select count(*) from audiences where is_holdout")

    deviations = (held_out - 0.1 * CUSTOMERS) / math.sqrt(0.09 * CUSTOMERS)

    assert abs(deviations) < 4


def test_shares_are_of_all_ids_and_names_draw_for_themselves(built):
    """Uses the statement that the build compiles, on 20,000 ids."""
    columns = ", ".join(
        f"{{{{ hashed_share('id', '{name}') }}}} as {name}"
        for name in ("spring", "summer")
    )
    compiled = built.dbt(
        "compile", "--inline", f"select id, {columns} from ids", **built.settings
    )
    assert compiled.success, compiled.error
    results = json.loads((built.folder / "target" / "run_results.json").read_text())
    sql = results["results"][0]["compiled_code"]
    with duckdb.connect() as connection:
        connection.execute(
            "create table ids as select 'Zoë-' || i as id from range(20000) as t(i)"
        )
        drawn = connection.sql(sql).df()

    for name in ("spring", "summer"):
        share = drawn[name]
        assert share.between(0, 1, inclusive="left").all()
        assert [*(share < 0.3)] == [is_held_out(id, 0.3, name) for id in drawn["id"]]
        histogram = np.histogram(share, 20, (0, 1))[0]
        # With 19 degrees of freedom, chi-squared is above 51 in one of 10,000 cases.
        assert ((histogram - 1000) ** 2 / 1000).sum() < 51
    assert abs(np.corrcoef(drawn["spring"], drawn["summer"])[0, 1]) < 4 / math.sqrt(2e4)


def test_parquet_is_the_table(built):
    exported = built.query(
        f"""
        from read_parquet('{str(built.exports).replace("'", "''")}/audiences.parquet')
        """
    )

    assert exported == built.query("from audiences order by customer_id")


def test_csv_is_the_table_but_for_formulas(built):
    rows = rows_of_csv(built)
    table = frame(built, "from audiences order by customer_id")
    safe = table.copy()
    texts = [
        "customer_id",
        *(name for name in table if name.endswith(("_id", "_name"))),
    ]
    for column in {*texts, "shop", "note"}:
        safe[column] = [
            f"'{text}" if is_formula(text) else text for text in table[column]
        ]
    read = pd.read_csv(
        built.exports / "audiences.csv",
        dtype={column: str for column in safe if safe[column].dtype == "str"},
        parse_dates=[column for column in safe if column.endswith("_since")],
        keep_default_na=False,
        na_values={"note": ["nothing"]},
        encoding="utf-8",
    )

    assert [list(row.values()) for row in rows] == [
        [as_csv(value) for value in row] for row in safe.itertuples(index=False)
    ]
    for column in ("balance", "loss", "is_holdout", "groups_since"):
        assert [*read[column]] == [*table[column]]
    assert read["balance"].min() < -100
    assert [*read["note"]] == [*safe["note"].fillna("")]


def is_formula(text) -> bool:
    """Return whether a cell begins like a formula and is not a plain number."""
    try:
        float(text)
    except (TypeError, ValueError):
        return isinstance(text, str) and text[:1] in {*"=+-@\t\r\n＝＋－＠"}
    return False


def as_csv(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f").rstrip("0").rstrip(".")
    return "" if value is None or value != value else str(value)


@pytest.mark.parametrize("column", ["note", "note_segment_id", "note_segment_name"])
def test_no_text_is_a_formula(built, column):
    rows = rows_of_csv(built)
    found = {row[column].removeprefix("'") for row in rows if row[column][:1] == "'"}

    assert not [row for row in rows if is_formula(row[column])]
    assert found == HARMFUL | {"quoted'"}


def test_ids_and_given_names_are_no_formulas(built):
    rows = rows_of_csv(built)

    assert {row["groups_segment_name"] for row in rows} == {
        f"'{name}" for name in NAMES.values()
    }
    ids = {row["customer_id"] for row in rows}
    # Ids that begin with = or @ get an apostrophe; +1 and -2 are numbers.
    assert {"'=0", "+1", "-2", "'@3", "c80"} <= ids


def test_the_table_keeps_the_texts_as_they_are(built):
    notes = built.query("select distinct note from audiences where note is not null")

    assert {note for (note,) in notes} == set(NOTES)


@pytest.mark.slow
def test_files_are_the_same_for_the_same_customers(built):
    before = files(built)
    write_customers(built.folder / "customers.parquet", order=-1)

    result = built.dbt(*RUN, **built.settings)

    assert result.success, result.error
    assert files(built) == before
    assert built.query(
        "select format, customers from audience_files order by format"
    ) == [("csv", CUSTOMERS), ("parquet", CUSTOMERS)]


@pytest.mark.slow
def test_a_failing_test_on_audiences_leaves_the_files(built):
    before = files(built)
    with duckdb.connect(str(built.database)) as connection:
        connection.execute(
            """
            create table kept as from customer_segment_history;
            delete from customer_segment_history where customer_id = 'c99'
            """
        )
    result = built.dbt(
        "build", "--select", "audiences", "audience_files", **built.settings
    )
    with duckdb.connect(str(built.database)) as connection:
        connection.execute(
            "insert into customer_segment_history "
            "from kept where customer_id = 'c99'; drop table kept"
        )

    assert result.nodes["audiences_have_every_customer"] == "fail"
    assert result.nodes["audience_files"] == "skipped"
    assert files(built) == before


@pytest.mark.slow
def test_an_empty_build_leaves_the_files(built):
    before = files(built)

    result = built.dbt(
        *("build", "--empty", "--select", "audiences", "audience_files"),
        **built.settings,
    )

    assert result.success, result.error
    assert files(built) == before
    assert built.query("select count(*) from audiences") == [(0,)]
    assert built.query("from audience_files") == []


@pytest.mark.slow
def test_a_missing_folder_is_named(built):
    elsewhere = built.exports.with_name("elsewhere")
    built.exports.rename(elsewhere)
    result = built.dbt("run", "--select", "audience_files", **built.settings)
    elsewhere.rename(built.exports)

    assert not result.success
    assert f'"{built.exports}/audiences.parquet": No such file' in result.error


@pytest.mark.slow
def test_numbers_for_ids_stay_numbers_and_sort_as_numbers(numbered):
    ids = list(range(-20, 180))
    parquet = numbered.query(
        f"select customer_id from '{numbered.exports}/audiences.parquet'"
    )

    assert [id for (id,) in parquet] == ids
    assert [row["customer_id"] for row in rows_of_csv(numbered)] == list(map(str, ids))


@pytest.mark.slow
def test_no_attributes_and_no_measures_are_needed(numbered):
    columns = numbered.query(
        "select column_name, column_type from (describe audiences)"
    )

    assert columns == [
        ("customer_id", "BIGINT"),
        ("halves_segment_id", "VARCHAR"),
        ("halves_segment_name", "VARCHAR"),
        ("halves_since", "TIMESTAMP"),
        ("is_holdout", "BOOLEAN"),
    ]


@pytest.mark.slow
def test_a_share_of_one_holds_everybody_out(numbered):
    assert numbered.query("select is_holdout, count(*) from audiences group by 1") == [
        (True, 200)
    ]


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """A function that checks vars and returns the error message."""
    folder = str(tmp_path_factory.mktemp("mistakes"))
    place = (
        *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT)),
        *("--target-path", folder, "--log-path", folder, "--quiet"),
    )
    manifest = dbtRunner().invoke(["parse", *place]).result

    def check(macro, **variables):
        events = []
        runner = dbtRunner(manifest=manifest, callbacks=[events.append])
        outcome = runner.invoke(
            ["run-operation", macro, "--vars", json.dumps(variables), *place]
        )
        return outcome.success, "\n".join(event.info.msg for event in events)

    return check


MISTAKES = [
    # key in the message, allowed value in the message, given value, wrong configuration
    (
        "segmentation_export_folder",
        "a text",
        "7",
        {"segmentation_export_folder": 7},
    ),
    (
        "segmentation_export_folder",
        "a text",
        "null",
        {"segmentation_export_folder": None},
    ),
    ("segmentation_holdout", "a mapping", "0.1", {"segmentation_holdout": 0.1}),
    (
        "segmentation_holdout",
        "share, name",
        "size",
        {"segmentation_holdout": {"share": 0.1, "name": "a", "size": 3}},
    ),
    (
        "segmentation_holdout.share",
        "at most 1",
        "10",
        {"segmentation_holdout": {"share": 10, "name": "a"}},
    ),
    (
        "segmentation_holdout.share",
        "at least 0",
        "-0.1",
        {"segmentation_holdout": {"share": -0.1, "name": "a"}},
    ),
    (
        "segmentation_holdout.share",
        "a number",
        "true",
        {"segmentation_holdout": {"share": True, "name": "a"}},
    ),
    (
        "segmentation_holdout.share",
        "a number",
        "null",
        {"segmentation_holdout": {"name": "a"}},
    ),
    (
        "segmentation_holdout.name",
        "a text",
        "null",
        {"segmentation_holdout": {"share": 0.1}},
    ),
    (
        "segmentation_holdout.name",
        "a text",
        "a blank text",
        {"segmentation_holdout": {"share": 0.1, "name": " "}},
    ),
]


@pytest.mark.parametrize(("key", "allowed", "given", "mistake"), MISTAKES)
def test_a_mistake_is_named_with_what_is_allowed_and_given(
    said, key, allowed, given, mistake
):
    success, message = said("check_settings", **mistake)

    assert not success
    expected, _, found = message.partition(". Given: ")
    assert f"vars: {key} must be " in expected
    assert allowed in expected
    assert found.startswith(given)


@pytest.mark.parametrize("suffix", ["segment_id", "segment_name", "since"])
@pytest.mark.parametrize("kind", ["segmentation_attributes", "segmentation_measures"])
def test_no_two_columns_have_the_same_name(said, kind, suffix):
    success, message = said(
        "check_audience_columns",
        **{"segmentations": {"value": {"features": ["age"]}}}
        | {kind: {f"value_{suffix}": {}}},
    )

    assert not success
    assert "segmentations.value must be a name that gives `audiences` no two" in message
    assert f"Given: value_{suffix}" in message


def test_columns_of_the_same_name_stop_the_parse(tmp_path):
    stopped = Project(tmp_path).dbt("parse", segmentation_measures={"value_since": {}})

    assert "Given: value_since" in stopped.error
