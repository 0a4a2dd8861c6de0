"""The queries of the page on campaigns return the tables that the page shows."""

import re

import duckdb
import pytest
import yaml
from project import ROOT
from test_lifecycle_page import cells

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "campaigns.md").read_text(encoding="utf-8")
STEPS = re.findall(
    r"```(yaml|sql)\n(.*?)```|((?:^\|[^\n]*\n)+)", PAGE, re.DOTALL | re.MULTILINE
)


@pytest.fixture(scope="module")
def answers(sample, tmp_path_factory):
    """The rows that each query returns, and the table that the page shows below it."""
    folder = tmp_path_factory.mktemp("campaigns_page")
    project = sample.copy(folder)
    (folder / "campaign").mkdir()
    found, written = [], []
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for language, block, table in STEPS:
            if language == "yaml" and "starts" in block:
                result = project.dbt(
                    *("run", "--select", "models/activate"), **yaml.safe_load(block)
                )
                assert result.success, result.error
            elif language == "sql":
                with duckdb.connect(str(project.database)) as connection:
                    answer = connection.sql(block)
                    rows = [tuple(answer.columns), *answer.fetchall()]
                found.append([tuple(as_written(cell) for cell in row) for row in rows])
            elif table and found and len(written) < len(found):
                lines = [line for line in table.splitlines() if "---" not in line]
                written.append([cells(line) for line in lines])
    return found, written


def as_written(value) -> str:
    return "" if value is None else str(value)


def test_the_tables_of_the_page_are_those_of_the_sample(answers):
    found, written = answers

    assert len(found) == 4
    assert found == written
