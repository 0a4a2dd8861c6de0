"""Users can disable folders of the package, and configs that break the package stop the
build.
"""

import pytest
from shop import PACKAGE, Shop, installed

pytestmark = pytest.mark.slow

OFF = {"+enabled": False}
FOLDERS = ["explore", "assume", "compare", "explain", "watch", "activate", "publish"]
EXPLORED = ["feature_correlations", "feature_histograms", "feature_profiles"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Shop:
    """The integration project, to which each test adds models."""
    shop = installed(tmp_path_factory.mktemp("configs"))
    shop.configure(lambda content: shop.__dict__.update(models=content["models"]))
    return shop


def configured(shop: Shop, top: dict | None = None, **of_package) -> Shop:
    """Set configs of models at the top level, and of models of the package."""
    models = shop.models | {PACKAGE: of_package} | (top or {})
    shop.configure(lambda content: content.update(models=models))
    return shop


@pytest.mark.parametrize(
    "folder", ["explore", "assume", "compare", "explain", "publish"]
)
def test_a_folder_can_be_switched_off(shop, folder):
    result = configured(shop, **{folder: OFF}).dbt("parse")

    assert result.success, result.error
    assert result.messages == []


def test_all_of_them_can_be_switched_off(shop):
    configured(shop, **dict.fromkeys(FOLDERS, OFF))
    result = shop.dbt("build", "--exclude", "path:models/generic_tests")

    assert result.success, result.error
    assert result.messages == []
    assert {"segments", "shopper_segments"} <= result.nodes.keys()
    assert not {"drift", "feature_profiles", "audiences"} & result.nodes.keys()


def test_the_package_can_be_switched_off(shop):
    configured(shop, **OFF)
    own = shop.project / "models"
    for path in (own / "generic_tests", own / "shop" / "shopper_segments.sql"):
        path.rename(shop.folder / path.name)
    listed = shop.dbt("ls", "--resource-type", "model")
    for path in (own / "generic_tests", own / "shop" / "shopper_segments.sql"):
        (shop.folder / path.name).rename(path)

    assert listed.success, listed.error


def test_what_others_read_is_named(shop):
    result = configured(shop, watch=OFF).dbt("parse")

    assert not result.success
    assert "activate/audiences.sql) depends on a node named" in result.error
    assert "'customer_segment_history'" in result.error


def test_what_is_off_is_left_out_of_publishing(shop):
    configured(shop, explore=OFF)
    told = shop.dbt("parse", segmentation_publish_to="published")
    result = shop.dbt(
        "parse",
        segmentation_publish_to="published",
        segmentation_publish_without=EXPLORED,
    )

    assert not told.success
    assert "int_tables_to_publish" in told.error
    assert "'feature_correlations'" in told.error
    assert result.success, result.error


def test_everything_can_be_switched_off(shop):
    result = configured(shop, top=OFF).dbt("parse")

    assert result.success, result.error


@pytest.mark.parametrize("kind", ["view", "table", "ephemeral", "incremental"])
def test_models_materialized_in_another_way_stop_the_parse(shop, kind):
    result = configured(shop, top={"+materialized": kind}).dbt("parse")

    assert not result.success
    assert f"is +materialized: {kind} and must be" in result.error
    assert "Put `+materialized` under your own project's name" in result.error
