"""Audiences that are built and written once."""

import pytest
from exports import RUN, configuration, write_customers
from project import Project


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("audiences"))
    project.exports = project.folder / "it's for, campaigns"
    project.exports.mkdir()
    write_customers(project.folder / "customers.parquet")
    project.settings = configuration(project)
    result = project.dbt(*RUN, **project.settings)
    assert result.success, result.error
    return project


@pytest.fixture(scope="session")
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
