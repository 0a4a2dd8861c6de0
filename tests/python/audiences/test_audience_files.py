"""Files of audiences equal the table, and spreadsheets can open them safely."""

from datetime import datetime

import duckdb
import pandas as pd
import pytest
from exports import (
    CUSTOMERS,
    HARMFUL,
    NAMES,
    RUN,
    files,
    frame,
    rows_of_csv,
    write_customers,
)


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


@pytest.fixture
def whole_again(built):
    """Build the customers again after the test, for the tests that read them."""
    yield
    assert built.dbt(*RUN, **built.settings).success


@pytest.mark.usefixtures("whole_again")
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
