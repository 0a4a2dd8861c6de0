"""The commands of the page for new users work exactly as written."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import numpy as np
import pytest
from project import ROOT

pytestmark = pytest.mark.slow

PAGE = ROOT / "docs" / "five_minutes.md"
NEEDED = [
    *("analyses", "macros", "models", "seeds", "tests"),
    *("dbt_project.yml", "profiles.yml", "selectors.yml"),
]


def blocks(language: str) -> list[str]:
    """Return the code blocks of one language on the page."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)


def write_customers(path: Path) -> None:
    """Write five groups of customers, as in the table that many tutorials use."""
    generator = np.random.default_rng(7)
    groups = [(25, 20), (25, 80), (55, 50), (87, 18), (87, 82)]
    lines = ["CustomerID,Gender,Age,Annual Income (k$),Spending Score (1-100)"]
    for number in range(200):
        income, score = np.array(groups[number % 5]) + generator.normal(0, 4, 2)
        gender = generator.choice(["Female", "Male"])
        age = generator.integers(18, 71)
        score = max(1, min(score, 100))
        lines.append(f"{number + 1:04d},{gender},{age},{income:.0f},{score:.0f}")
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("five_minutes")
    for name in NEEDED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(sys.prefix)
    write_customers(folder / "customers.csv")
    (configuration,) = blocks("yaml")
    (folder / "my_customers.yml").write_text(configuration)
    finished = subprocess.run(
        ["bash", "-euxc", "\n".join(blocks("bash"))],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return folder, finished.stdout


def test_the_page_leads_to_the_five_groups(followed):
    folder, _ = followed
    with duckdb.connect(str(folder / "my_customers.duckdb")) as connection:
        segments = connection.sql(
            "select customers from segments where segmentation = 'shoppers'"
        ).fetchall()

    assert segments == [(40,)] * 5


def test_ids_keep_their_leading_zeros(followed):
    folder, _ = followed
    with duckdb.connect(str(folder / "my_customers.duckdb")) as connection:
        ids = connection.sql("select distinct customer_id from customer_segments")

        assert ("0001",) in ids.fetchall()


def test_the_page_shows_segments_and_the_choice(followed):
    _, output = followed

    assert "shoppers-1" in output
    assert "is_chosen" in output
