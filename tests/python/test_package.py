"""The project as an installed package: the integration project builds segments of its
own customers, with its own configuration, names and macros.
"""

import csv
import json
import re
import shutil
from types import SimpleNamespace

import pytest
import yaml
from dbt.cli.main import dbtRunner
from project import Project
from test_integration_project import ROOT, clean_environment, copy_of_project

pytestmark = pytest.mark.slow

PACKAGE = "customer_segmentation"
SHOP = "customer_segmentation_integration_tests"
SCHEMA = "main_segmentation"


class Shop(Project):
    """A copy of the integration project with a database of its own."""

    def artifact(self, name: str) -> dict:
        """Return the manifest or the run_results of the last command."""
        return json.loads((self.folder / "target" / f"{name}.json").read_text())

    def statuses(self) -> dict:
        """Return the status of every node that the last command ran."""
        results = self.artifact("run_results")["results"]
        return {
            result["unique_id"]: result["status"]
            for result in results
            if result["status"] != "no-op"  # exposures
        }

    def configure(self, change) -> None:
        """Change dbt_project.yml with a function that gets its content."""
        file = self.project / "dbt_project.yml"
        content = yaml.safe_load(file.read_text())
        change(content)
        file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))

    def dbt(self, *arguments: str, **options):
        """Run a dbt command in the folder of the copy."""
        with clean_environment(self.folder) as environment:
            environment.setenv("INTEGRATION_TESTS_DATABASE", str(self.database))
            return super().dbt(*arguments, **options)


@pytest.fixture
def shop(tmp_path) -> Shop:
    """The integration project with its package installed, but not built."""
    return installed(tmp_path)


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


def installed(folder) -> Shop:
    copy = copy_of_project(folder)
    with clean_environment(copy):
        assert dbtRunner().invoke(["deps", "--quiet"]).success
    return Shop(folder, copy)


def rows(shop: Shop, table: str, columns: str = "*") -> list[tuple]:
    return shop.query(f"select {columns} from {SCHEMA}.{table} order by all")


def public_tables(shop: Shop) -> dict:
    """Return the public nodes of the package by name."""
    return {
        node["name"]: node
        for node in shop.artifact("manifest")["nodes"].values()
        if node["package_name"] == PACKAGE and node.get("access") == "public"
    }


def read_by_the_package(shop: Shop) -> set:
    """Return pairs of a node of the package and a node of the user that it reads."""
    return {
        (node["name"], parent)
        for node in shop.artifact("manifest")["nodes"].values()
        if node["package_name"] == PACKAGE
        for parent in node["depends_on"]["nodes"]
        if parent.split(".")[1] == SHOP
    }


def macro_names() -> list[str]:
    """Return the names of the package's macros, without those meant for overriding."""
    names = set()
    for file in (ROOT / "macros").rglob("*.sql"):
        names.update(re.findall(r"{%-?\s*macro (\w+)", file.read_text()))
    return sorted(name for name in names if "__" not in name)


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
            # DuckDB calls the type string by its other name.
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


@pytest.fixture(scope="module")
def precedence(tmp_path_factory):
    """The manifest of a project that sets vars in several places."""
    shop = installed(tmp_path_factory.mktemp("precedence"))

    def change(content):
        scoped = content["vars"][PACKAGE]
        scoped["segmentation_minimum_share"] = 0.012
        scoped["segmentation_clusters"] = [2, 4]
        content["vars"] |= {
            "segmentation_minimum_share": 0.013,
            "segmentation_clusters": [2, 5],
            "segmentation_restarts": 13,
            "segmentation_customer_id_type": "varchar",
        }

    shop.configure(change)
    result = shop.dbt(
        *("compile", "--select", f"package:{PACKAGE}"), segmentation_clusters=[2, 6]
    )
    assert result.success, result.error
    return shop.artifact("manifest")["nodes"]


def segmentation_settings(nodes: dict) -> dict:
    """Return the settings of the segmentation `spending` as compiled into SQL."""
    sql = nodes[f"model.{PACKAGE}.int_segmentations"]["compiled_code"]
    (spending,) = (
        select for select in sql.split("union all") if "'spending'" in select
    )
    return {
        name: re.sub(r"cast\((.*) as double\)", r"\1", value)
        for value, name in re.findall(r"^\s*(\S.*) as (\w+),?$", spending, re.MULTILINE)
    }


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        pytest.param("seed", "1", id="package default"),
        pytest.param("restarts", "13", id="global over package default"),
        pytest.param("minimum_share", "0.012", id="scoped over global"),
        pytest.param("maximum_clusters", "6", id="--vars over all"),
    ],
)
def test_precedence_of_vars_in_sql(precedence, setting, expected):
    assert segmentation_settings(precedence)[setting] == expected


def test_scoped_is_over_global_in_yaml_too(precedence):
    columns = precedence[f"model.{PACKAGE}.customer_segments"]["columns"]

    assert columns["customer_id"]["data_type"] == "bigint"


def test_a_mapping_replaces_that_of_the_sample(precedence):
    sql = precedence[f"model.{PACKAGE}.int_features"]["compiled_code"]

    assert re.findall(r"'(\w+)' as feature", sql) == [
        "income",
        "spending",
        "orders",
        "card_mit_karte",
        "card_ohne_karte",
        "card_karte_unbekannt",
    ]


def test_a_wrong_var_stops_the_parse_with_our_message(shop):
    def change(content):
        content["vars"][PACKAGE]["segmentations"]["spending"]["cluster"] = 4

    shop.configure(change)
    result = shop.dbt("parse")

    assert not result.success
    assert "Configuration error in vars: segmentations.spending must be" in result.error
    assert "Given: cluster" in result.error


def test_ref_without_the_project_needs_a_flag(shop):
    def one_argument(content):
        content["vars"][PACKAGE]["segmentation_customers"] = "{{ ref('customers') }}"

    def flag(content):
        content["flags"]["require_ref_searches_node_package_before_root"] = True

    shop.configure(one_argument)
    warned = shop.dbt("parse")
    shop.configure(flag)
    silent = shop.dbt("parse")

    assert warned.success
    assert len(warned.messages) == 1
    assert "'base_customers'" in warned.messages[0]
    assert "depends on the root project node" in warned.messages[0]
    assert silent.success
    assert silent.messages == []


def test_macros_of_the_same_names_do_not_meet(shop):
    names = macro_names()
    assert {"as_text", "configured_features", "is_blank", "quoted_text"} <= set(names)
    generic_tests = [path.stem for path in (ROOT / "tests" / "generic").glob("*.sql")]
    clashes = [
        f"{{% macro {name}() %}}{{{{ exceptions.raise_compiler_error("
        f"'the user has another {name}') }}}}{{% endmacro %}}"
        for name in names
        if name not in ("is_blank", "ref")  # the user's are for the user's own models
    ]
    clashes += [
        f"{{% test {name}(model) %}}select 1 as wrong{{% endtest %}}"
        for name in generic_tests
    ]
    clashes.append("{% macro is_blank(value) %}'of the user'{% endmacro %}")
    (shop.project / "macros" / "clashes.sql").write_text("\n\n".join(clashes))
    shutil.rmtree(shop.project / "models" / "generic_tests")
    (shop.project / "models" / "own.sql").write_text(
        "select {{ is_blank('1') }} as own,"
        " {{ customer_segmentation.is_blank('1') }} as package"
    )

    result = shop.dbt("--warn-error", "build")

    assert result.success, result.error
    assert set(shop.statuses().values()) == {"success", "pass"}
    assert shop.query("select * from own") == [("of the user", False)]


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
