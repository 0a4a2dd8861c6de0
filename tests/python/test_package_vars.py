"""Vars and macros of a project that installs the package."""

import re
import shutil

import pytest
from project import ROOT
from shop import PACKAGE, installed

pytestmark = pytest.mark.slow


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


def macro_names() -> list[str]:
    """Return the names of the package's macros that users cannot override."""
    names = set()
    for file in (ROOT / "macros").rglob("*.sql"):
        names.update(re.findall(r"{%-?\s*macro (\w+)", file.read_text()))
    return sorted(name for name in names if "__" not in name)


def test_macros_of_the_same_names_do_not_meet(shop):
    names = macro_names()
    assert {"as_text", "configured_features", "is_blank", "quoted_text"} <= set(names)
    generic_tests = [path.stem for path in (ROOT / "tests" / "generic").glob("*.sql")]
    clashes = [
        f"{{% macro {name}() %}}{{{{ exceptions.raise_compiler_error("
        f"'the user has another {name}') }}}}{{% endmacro %}}"
        for name in names
        if name not in ("is_blank", "ref")  # the user's own models use these two
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
