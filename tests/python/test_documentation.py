"""Everything is described, and public models have contracts."""

import itertools
import json
import re

import duckdb
import pytest
import yaml
from project import ROOT

# These models have no contract, because the configuration decides their columns.
WITHOUT_CONTRACT = {"segments", "audiences", "customer_features", "segment_calendar"}


@pytest.fixture(scope="module")
def documented(sample):
    """The sample with its documentation, which changes none of its tables."""
    result = sample.dbt("docs", "generate", "--static", **sample.variables)
    assert result.success, result.error
    return sample


@pytest.fixture(scope="module")
def manifest(documented):
    return json.loads((documented.folder / "target" / "manifest.json").read_text())


@pytest.fixture(scope="module")
def models(manifest):
    return {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }


def public(models: dict) -> dict:
    return {
        name: node for name, node in models.items() if node.get("access") == "public"
    }


def test_every_model_seed_and_column_is_described(models):
    undescribed = [
        f"{name}.{column}"
        for name, node in models.items()
        for column, text in [
            ("", node["description"]),
            *((key, value["description"]) for key, value in node["columns"].items()),
        ]
        if not text.strip()
    ]

    assert undescribed == []


def test_every_column_of_the_database_is_described(documented, models):
    catalog = json.loads((documented.folder / "target" / "catalog.json").read_text())
    configured = {
        *("age", "annual_income", "spending_score", "products_purchased"),
        *("complaints", "money_spent", "price_sensitivity", "brand_loyalty"),
        *("novelty_seeking", "recency_days", "frequency", "monetary_value"),
        *("gender", "country", "age_band", "rfm_class"),
        *("money_spent_total", "money_spent_share"),
        *("complaints_total", "complaints_share"),
        *("recency_days_mean", "frequency_mean", "monetary_value_mean"),
    }
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    configured |= {
        f"{segmentation}_{suffix}"
        for segmentation in project["vars"]["customer_segmentation"]["segmentations"]
        for suffix in ("segment_id", "segment_name", "since")
    } | {"autumn_is_holdout"}
    missing = {
        f"{node['metadata']['name']}.{column}"
        for node in catalog["nodes"].values()
        for column in node["columns"]
        if column not in models[node["metadata"]["name"]]["columns"]
        and column not in configured
        and "__" not in column  # made of configured names, which cannot contain __
        # base_customers has the columns of the user's table.
        and node["metadata"]["name"] != "base_customers"
    }

    assert missing == set()


def test_every_described_column_exists(documented, models):
    catalog = json.loads((documented.folder / "target" / "catalog.json").read_text())
    existing = {
        node["metadata"]["name"]: set(node["columns"])
        for node in catalog["nodes"].values()
    }
    invented = {
        f"{name}.{column}"
        for name, node in models.items()
        for column in node["columns"]
        if column not in existing[name]
    }

    assert invented == set()


def test_public_tables_are_contracted_and_state_their_grain(models):
    tables = public(models)

    assert len(tables) == 29
    for name, node in tables.items():
        assert node["description"].startswith("One row per "), name
        contracted = node["config"]["contract"]["enforced"]
        assert contracted == (name not in WITHOUT_CONTRACT), name


def test_what_is_not_public_is_closed_to_other_projects(models):
    settings = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    access = {
        name: node["access"]
        for name, node in models.items()
        if node["resource_type"] == "model"
    }

    assert settings["restrict-access"] is True
    assert set(access.values()) == {"public", "protected"}
    assert {node["group"] for node in models.values() if "access" in node} == {
        "segmentation"
    }


def test_the_lineage_ends_in_who_reads_the_tables(manifest, models):
    read = {
        exposure["name"]: exposure["depends_on"]["nodes"]
        for exposure in manifest["exposures"].values()
    }
    ours = {models[name]["unique_id"] for name in public(models)}

    assert set(read) == {"report", "published_files", "campaigns"}
    assert set(read["report"]) <= ours
    assert len(read["report"]) > 5


def test_public_tables_and_columns_carry_their_descriptions(documented, models):
    comments = {
        table: {column: comment.strip() for column, comment in columns}
        for table, columns in documented.query(
            """
            select table_name, list((coalesce(column_name, ''), comment)) from (
                select table_name, column_name, comment from duckdb_columns()
                union all
                select table_name, null, comment from duckdb_tables()
                union all
                select view_name, null, comment from duckdb_views()
            ) where comment is not null group by table_name
            """
        )
    }
    expected = {
        name: {"": node["description"].strip()}
        | {
            column: value["description"].strip()
            for column, value in node["columns"].items()
        }
        for name, node in public(models).items()
    }

    assert comments == expected


def test_the_page_of_the_documentation_is_complete_and_asks_nobody(documented):
    page = (documented.folder / "target" / "static_index.html").read_text()
    asked = re.findall(r"<(?:script|link)[^>]*(?:src|href)=.(?:https?:)?//", page)

    assert asked == []
    assert '"send_anonymous_usage_stats": false' in page
    for text in (
        "exposure.customer_segmentation.published_files",
        "model.customer_segmentation.segments",
        "How clear the membership is",
        "SQL prepares, Python learns, SQL scores.",
    ):
        assert text in page


def test_the_package_page_says_what_goes_with_each_folder(models):
    page = (ROOT / "docs" / "package.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", page, re.MULTILINE)

    assert len(rows) == 7
    for folder, tables in rows:
        assert set(re.findall(r"`(\w+)`", tables)) - {"activate"} == {
            name
            for name, node in public(models).items()
            if node["path"].startswith(f"{folder}/")
        }


def test_every_public_table_has_a_test_of_its_own(manifest, models):
    tested = {
        parent
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        for parent in node["depends_on"]["nodes"]
    }

    assert {node["unique_id"] for node in public(models).values()} <= tested


def test_every_macro_and_argument_is_described(manifest):
    gaps = [
        f"{macro['name']}.{argument}"
        for macro in manifest["macros"].values()
        if macro["package_name"] == "customer_segmentation"
        for argument, text in [
            ("", macro["description"]),
            *((item["name"], item["description"]) for item in macro["arguments"]),
        ]
        # The arguments of a variant are those of the macro that chooses it.
        if not text.strip() and (macro["docs"]["show"] or not argument)
    ]

    assert gaps == []


def test_arguments_of_macros_have_the_names_and_types_that_dbt_expects(sample):
    """Every parse of dbt 1.12 warns of others; that of 1.11 does with the flag."""
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    warned = [text for text in sample.result.messages if "yaml for macro" in text]

    assert project["flags"]["validate_macro_args"] is True
    assert warned == []


def test_every_argument_of_a_generic_test_is_described(manifest):
    gaps = []
    for path in (ROOT / "tests" / "generic").glob("*.sql"):
        signature = re.search(r"{%-? test \w+\((.*?)\) -?%}", path.read_text(), re.S)[1]
        described = manifest["macros"][f"macro.customer_segmentation.test_{path.stem}"]
        gaps += [
            f"{path.stem}.{name}"
            for name in re.findall(r"(\w+)(?:=[^,]*)?(?:,|\s*$)", signature)
            if name != "model" and f"- `{name}`: " not in described["description"]
        ]

    assert gaps == []


def test_parquet_files_carry_the_descriptions(documented, models):
    with duckdb.connect() as connection:
        for name in public(models).keys() - {"published_tables"}:
            file = documented.published / "parquet" / f"{name}.parquet"
            metadata = dict(
                connection.sql(
                    "select decode(key), decode(value)"
                    f" from parquet_kv_metadata('{file}')"
                ).fetchall()
            )
            assert metadata["description"] == models[name]["description"]
            assert json.loads(metadata["columns"]) == {
                column: value["description"]
                for column, value in models[name]["columns"].items()
            }


def test_every_arrow_of_the_two_ways_is_a_reference(documented):
    manifest = json.loads((documented.folder / "target" / "manifest.json").read_text())
    names = {key: node["name"] for key, node in manifest["nodes"].items()}
    references = {
        (names[parent], names[child])
        for child, parents in manifest["parent_map"].items()
        for parent in parents
        if {parent, child} <= names.keys()
    }
    page = (ROOT / "docs" / "dag.md").read_text()
    arrows = set()
    for line in re.findall(r"^    (.*-->.*)$", page, re.MULTILINE):
        chain = [part.split("[")[0].strip() for part in line.split("-->")]
        arrows |= set(itertools.pairwise(chain))

    assert len(arrows) > 30
    assert arrows - references == set()
