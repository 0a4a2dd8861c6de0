"""A project that installs this one may have any models, folders and configs. They do
not change the package, or they stop the parse with a message.
"""

import pytest
from project import ROOT
from shop import PACKAGE, SCHEMA, SHOP, Shop, installed, read_by_the_package

pytestmark = pytest.mark.slow

OURS = {
    path.stem: path.parent.name
    for kind in ("sql", "py")
    for path in (ROOT / "models").rglob(f"*.{kind}")
    if path.parent.name != "sample"
}

PROPERTIES = """
models:
  - name: segments
    columns:
      - name: segment
        data_tests: [not_null, unique]
    data_tests:
      - customer_segmentation.expression_is_true:
          name: shop_segments_are_consumers
          arguments: {expression: segment = 'consumer'}
"""


def data_tests(shop: Shop) -> dict:
    """Return the nodes that each data test of the package tests, by its unique id."""
    return {
        unique_id: node
        for unique_id, node in shop.artifact("manifest")["nodes"].items()
        if node["resource_type"] == "test" and node["package_name"] == PACKAGE
    }


@pytest.fixture(scope="module")
def named_alike(tmp_path_factory):
    """A project whose models have names of our models, built without `explore`."""
    shop = installed(tmp_path_factory.mktemp("named_alike"))
    before = shop.dbt("parse")
    assert before.success, before.error
    shop.tests_before = data_tests(shop)
    folder = shop.project / "models" / "named_alike"
    folder.mkdir()
    for name in OURS:
        (folder / f"{name}.sql").write_text("select 'consumer' as segment")
    (folder / "named_alike.yml").write_text(PROPERTIES)
    shop.result = shop.dbt(
        *("--no-partial-parse", "build"),
        *("--exclude", "path:models/generic_tests"),
        anew=True,
    )
    return shop


def test_models_named_like_ours_take_no_test_away(named_alike):
    tests = data_tests(named_alike)

    assert len(tests) > 80
    assert read_by_the_package(named_alike) == {
        ("base_customers", f"model.{SHOP}.customers")
    }
    assert tests.keys() == named_alike.tests_before.keys()
    for unique_id, node in tests.items():
        before = named_alike.tests_before[unique_id]
        assert node["depends_on"]["nodes"] == before["depends_on"]["nodes"]
        if "attached_node" in node:  # a test of a properties file
            assert node["attached_node"] == before["attached_node"]
            assert node["attached_node"] in node["depends_on"]["nodes"]


def test_models_named_like_ours_build_beside_them(named_alike):
    assert named_alike.result.messages == []
    assert named_alike.result.success, named_alike.result.error
    assert set(named_alike.statuses().values()) == {"success", "pass"}
    mine = f"model.{SHOP}.segments"
    nodes = named_alike.artifact("manifest")["nodes"].values()
    assert len([1 for node in nodes if node.get("attached_node") == mine]) == 3
    assert named_alike.query("select * from segments") == [("consumer",)]
    assert named_alike.query(f"select count(*) > 3 from {SCHEMA}.segments") == [(True,)]
