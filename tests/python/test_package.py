"""The project as an installed package: the integration project builds segments of its
own customers, with its own configuration and names.
"""

import csv
import re
from types import SimpleNamespace

import pytest
from project import ROOT
from shop import (
    PACKAGE,
    SCHEMA,
    SHOP,
    installed,
    public_tables,
    read_by_the_package,
    rows,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The integration project, built twice, with its tables after each build."""
    shop = installed(tmp_path_factory.mktemp("package"))
    seen = []
    for _ in range(2):
        result = shop.dbt(
            *("--warn-error", "build", "--exclude", "path:models/generic_tests"),
            anew=True,
        )
        assert result.success, result.error
        seen.append(
            SimpleNamespace(
                messages=result.messages,
                statuses=shop.statuses(),
                fits=rows(shop, "segmentation_fits"),
                names=rows(shop, "segment_names"),
                segments=shop.query(
                    f"select * exclude (scored_at) from {SCHEMA}.customer_segments"
                    " order by all"
                ),
            )
        )
    return SimpleNamespace(shop=shop, first=seen[0], second=seen[1])


def test_it_builds_without_a_warning(built):
    assert set(built.first.statuses.values()) == {"success", "pass"}
    assert set(built.second.statuses.values()) == {"success", "pass"}
    assert built.first.messages == built.second.messages == []


def test_the_sample_and_the_unit_tests_stay_at_home(built):
    ours = {
        path.stem
        for folder, kind in (("models/sample", "sql"), ("seeds", "csv"))
        for path in (ROOT / folder).glob(f"*.{kind}")
    }
    ran = [node.split(".")[:3] for node in built.first.statuses]

    assert {"customers", "stg_customers", "customers_enriched"} <= ours
    assert not [node for node in ran if node[1] == PACKAGE and node[2] in ours]
    assert not [node for node in ran if node[0] == "unit_test"]
    assert not built.shop.artifact("manifest")["unit_tests"]
    assert ["model", SHOP, "customers"] in ran


def test_the_package_reads_one_node_of_the_user(built):
    assert read_by_the_package(built.shop) == {
        ("base_customers", f"model.{SHOP}.customers")
    }


def test_models_named_like_the_sample_are_left_alone(shop):
    for file in (ROOT / "models" / "sample").glob("*.sql"):
        (shop.project / "models" / "shop" / file.name).write_text("select 1 as id")

    result = shop.dbt("parse")

    assert result.messages == []
    assert read_by_the_package(shop) == {("base_customers", f"model.{SHOP}.customers")}


def test_public_tables_are_in_the_schema_of_the_package(built):
    tables = public_tables(built.shop)
    found = built.shop.query(
        "select distinct table_schema, table_name from information_schema.tables"
        f" where table_name in {tuple(tables)}"
    )

    assert {"customer_segments", "segments", "rejected_customers"} <= set(tables)
    assert sorted(found) == sorted((SCHEMA, name) for name in tables)


def test_public_tables_have_the_types_of_their_contracts(built):
    for name, node in public_tables(built.shop).items():
        columns = node["columns"].items()
        found = dict(
            built.shop.query(
                "select column_name, lower(data_type) from information_schema.columns"
                f" where table_schema = '{SCHEMA}' and table_name = '{name}'"
            )
        )
        if node["config"]["contract"]["enforced"]:
            # DuckDB calls the type `string` VARCHAR.
            assert found == {
                key: column["data_type"].replace("string", "varchar")
                for key, column in columns
            }
        if name == "customer_segments":
            assert found["customer_id"] == "bigint"


def test_names_come_from_the_macro_of_the_user(built):
    names = [
        name
        for _, _, name in rows(
            built.shop, "segment_names", "segmentation, segment_id, segment_name"
        )
    ]

    assert "Ausgaben niedrig, Einkommen hoch" in names
    assert all(re.search("hoch|niedrig|[Mm]eist|[Ss]elten", name) for name in names)
    assert not any(re.search(r"\b(high|low|few|mostly)\b", name) for name in names)


def test_columns_as_they_come_arrive_as_configured(built):
    scales = built.shop.query(
        "select feature, weight, lower_bound is null, imputed_value"
        f" from {SCHEMA}.segmentation_fit_features where is_champion order by all"
    )
    (income,) = built.shop.query(
        """
        select median(try_cast("Annual Income (k$)" as double))
        from (select distinct * from shoppers) where "Shopper No" < 9000
        """
    )

    assert scales == [
        ("card_karte_unbekannt", 1, True, None),
        ("card_mit_karte", 1, True, None),
        ("card_ohne_karte", 1, True, None),
        ("income", 1, True, *income),
        ("orders", 1, False, None),
        ("spending", 2, True, None),
    ]


def test_scoring_functions_stand_beside_the_tables(built):
    functions = built.shop.query(
        """
        select schema_name, function_name from duckdb_functions()
        where function_type = 'macro' and not internal order by all
        """
    )
    said = built.shop.query(
        f"""
        select {SCHEMA}.spending_segment(income, spending).segment_id
        from {SCHEMA}.customer_features order by customer_id
        """
    )
    ((with_card,),) = built.shop.query(
        f"select {SCHEMA}.northern_segment(7, 'mit Karte').segment_id"
    )
    scored = built.shop.query(
        f"""
        select segment_id from {SCHEMA}.customer_segments
        where segmentation = 'spending' order by customer_id
        """
    )

    assert functions == [(SCHEMA, "northern_segment"), (SCHEMA, "spending_segment")]
    assert said == scored
    assert with_card.startswith("northern-")


def test_a_second_build_fits_nothing_new(built):
    assert built.second.fits == built.first.fits
    assert built.second.names == built.first.names
    assert built.second.segments == built.first.segments


def test_leading_zeros_survive_from_a_file(shop):
    with (shop.project / "seeds" / "shoppers.csv").open(newline="") as file:
        header, *lines = csv.reader(file)
    lines = [line for line in lines if line[0] and line[0] < "9000"]
    for line in lines:
        line[0] = f"00{line[0]}"
    lines[0][0] = "007"
    export = shop.folder / "export.csv"
    with export.open("w", newline="") as file:
        csv.writer(file).writerows([header, *lines])

    result = shop.dbt(
        *("--warn-error", "build", "--exclude", f"package:{SHOP}"),
        segmentation_customers=f"read_csv('{export}', all_varchar = true)",
        segmentation_customer_id_type="varchar",
    )
    ids = [id for (id,) in rows(shop, "customer_segments", "distinct customer_id")]
    types = shop.query(
        f"select typeof(customer_id) from {SCHEMA}.customer_segments limit 1"
    )

    assert result.success, result.error
    assert "007" in ids
    assert ids == sorted({line[0] for line in lines})
    assert types == [("VARCHAR",)]
