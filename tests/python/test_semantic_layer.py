"""The semantic model that print_semantic_layer prints fits the table `audiences` and
dbt's own rules.
"""

import re

import pytest
import yaml
from project import ROOT
from shop import Shop

OPERATION = ("run-operation", "customer_segmentation.print_semantic_layer")


def printed(result) -> str:
    """Return the YAML that the operation has printed."""
    assert result.success, result.error
    (text,) = [text for text in result.log if text.startswith("semantic_models:")]
    return text


@pytest.fixture(scope="module")
def semantic_model(sample):
    content = yaml.safe_load(printed(sample.dbt(*OPERATION, **sample.variables)))
    return content["semantic_models"][0]


def test_it_names_the_columns_of_audiences(sample, semantic_model):
    columns = {
        name
        for (name,) in sample.query(
            "select column_name from duckdb_columns() where table_name = 'audiences'"
        )
        if not name.endswith("_segment_id")
    }
    named = {
        one.get("expr", one["name"])
        for kind in ("entities", "dimensions", "measures")
        for one in semantic_model[kind]
    }

    assert named == columns | {"1"}
    assert semantic_model["defaults"]["agg_time_dimension"] in columns


def test_its_sums_are_those_of_segments(sample, semantic_model):
    sums = ", ".join(
        f"round(sum({one.get('expr', one['name'])}), 6)"
        for one in semantic_model["measures"]
    )
    of_audiences = sample.query(
        f"select value_segment_name, {sums} from audiences group by all order by all"
    )

    assert of_audiences == sample.query(
        """
        select segment_name, customers, round(money_spent_total, 6),
            round(complaints_total, 6)
        from segments where segmentation = 'value' order by all
        """
    )


@pytest.mark.slow
def test_dbt_accepts_it_in_a_project_of_a_user(shop: Shop):
    page = (ROOT / "docs" / "connect.md").read_text(encoding="utf-8")
    (days,) = re.findall(r"```sql\n(select cast\(day .*?)```", page, re.DOTALL)
    models = shop.project / "models"
    text = printed(shop.dbt(*OPERATION, "--args", "{time_spine: days}"))
    (models / "days.sql").write_text(days)
    (models / "semantic_layer.yml").write_text(text)
    parsed = shop.dbt("--warn-error", "parse")
    manifest = shop.artifact("semantic_manifest")
    (model,) = manifest["semantic_models"]

    assert parsed.success, parsed.error
    assert model["node_relation"]["alias"] == "audiences"
    assert [metric["name"] for metric in manifest["metrics"]] == ["customers", "orders"]
    (models / "semantic_layer.yml").write_text(
        text.replace("n: spending_since", "n: nothing")
    )
    assert not shop.dbt("parse").success
