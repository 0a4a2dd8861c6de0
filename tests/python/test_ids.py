"""Ids are unchanged in all tables, and the build warns of ids that look alike."""

import re
import unicodedata

import duckdb
import pytest
from project import Project

pytestmark = pytest.mark.slow

KEY = "segmentation_customer_id_type"
REFUSED = [
    "hugeint",
    "uhugeint",
    "HUGEINT",
    "double",
    "float",
    "real",
    "varint",
    "blob",
]
REFUSED += [
    "decimal(10, 2)",
    "decimal(39, 0)",
    "decimal",
    "integer[]",
    "boolean",
    "time",
]
REFUSED += ["struct(a integer)", "timestamp_ns", "json", "bit", "interval", "var char"]
SIZED = ["decimal(38, 0)", "numeric(20)", "varchar(36)", "DECIMAL(38,0)", " Bigint "]
BUILD = ("build", "--select", "+customer_features")


@pytest.mark.parametrize("given", REFUSED)
def test_types_that_a_published_format_cannot_hold_are_refused(said, given):
    success, message = said("check_settings", **{KEY: given})

    assert not success
    assert f"{KEY} must be a type that every published format holds exactly" in message
    assert "bigint, utinyint, usmallint, uinteger, ubigint, uuid, date" in message
    assert f"Given: {given}" in message


def test_types_that_are_allowed_survive_parquet(said, session, tmp_path):
    _, message = said("check_settings", **{KEY: "hugeint"})
    allowed, *_ = re.findall(r"holds exactly: (.*) or decimal", message)
    types = allowed.split(", ")
    columns = ", ".join(
        f"cast(null as {type}) as c{index}"
        for index, type in enumerate([*types, *SIZED])
    )
    file = tmp_path / "types.parquet"
    session.execute(f"create table types as select {columns}")
    session.execute(f"copy types to '{file}'")

    assert len(types) == 15
    assert all(said("check_settings", **{KEY: type})[0] for type in SIZED)
    assert session.sql("describe types").fetchall() == (
        session.sql(f"describe from '{file}'").fetchall()
    )


def build(project: Project, ids: list[str], **variables):
    """Build a project whose customers have these ids."""
    file = project.folder / "customers.parquet"
    with duckdb.connect() as connection:
        connection.execute("create table customers (shopper varchar, x double)")
        connection.executemany(
            "insert into customers values (?, ?)",
            [(id, index) for index, id in enumerate(ids)],
        )
        connection.execute(f"copy customers to '{file}'")
    return project.dbt(
        *BUILD,
        segmentation_customers=f"read_parquet('{file}')",
        segmentation_features={"x": {}},
        segmentation_measures={},
        segmentation_attributes=[],
        segmentations={"parts": {"features": ["x"]}},
        **{"segmentation_customer_id": "shopper"} | variables,
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return Project(tmp_path_factory.mktemp("ids"))


def test_ids_that_look_alike_are_told_with_the_cure(project):
    names = [f"Zoë {number}" for number in range(60)]
    copies = [
        change(name)
        for name, change in zip(
            names,
            [
                lambda name: f"{name} ",
                lambda name: f"{name}\t",
                lambda name: f"\ufeff{name}",
                lambda name: name.replace("o", "o\u200b"),
                lambda name: unicodedata.normalize("NFD", name),
                lambda name: f"\u00a0{name}\r\n",
            ]
            * 10,
            strict=True,
        )
    ]
    plain = [f"C{number}" for number in range(100)]
    ids = [*names, *copies, *plain, "C5 ", "D1 ", "D1\t", "not alike ", "Zoé 1"]

    told = build(project, ids)
    printed = "\n".join(told.log)
    (cure,) = re.findall(r"look like another one: put (.*) into", printed)
    cured = build(project, ids, segmentation_customer_id=cure)

    assert told.nodes["warn_of_ids_that_look_alike"] == "warn"
    assert ": 62 ids look like another one" in printed
    assert "Zo" not in printed
    assert cured.nodes["warn_of_ids_that_look_alike"] == "pass"
    assert project.query(
        "select count(distinct customer_id) from int_customers_checked"
    ) == [(163,)]


@pytest.mark.parametrize(
    ("ids", "type"),
    [([f"C {number}" for number in range(50)], "varchar"), (["1 ", "2\t"], "bigint")],
)
def test_other_ids_are_no_warning(project, ids, type):
    result = build(project, ids, segmentation_customer_id_type=type)

    assert result.nodes["warn_of_ids_that_look_alike"] == "pass"
