"""All analyses return rows, and the page on distance quotes their figures correctly."""

import re
import shlex

import numpy as np
import pytest
from project import ROOT
from scipy.spatial.distance import cdist

ANALYSES = sorted(path.stem for path in (ROOT / "analyses").glob("*.sql"))
PAGE = (ROOT / "docs" / "distance.md").read_text(encoding="utf-8")
FEATURES = ["age", "annual_income", "spending_score"]


@pytest.fixture(scope="module")
def shown(sample):
    """The rows of every analysis, from `dbt show`."""
    result = sample.dbt("show", "--select", "path:analyses", "--limit", "60")
    assert result.success, result.error
    return result.shown


@pytest.fixture(scope="module")
def moved(shown):
    """By measure of distance: the percentage of all customers who move, and for each
    segment the number of customers who move and of all its customers.
    """
    moved = {}
    for row in shown["distance_measures"]:
        percent, segments = moved.setdefault(
            row["distance"], (float(row["moved_percent"]), {})
        )
        segments[row["segment_name"]] = (row["moved_customers"], row["customers"])
        assert percent == float(row["moved_percent"])
    return moved


@pytest.mark.parametrize("analysis", ANALYSES)
def test_every_analysis_returns_rows_and_says_what_to_look_for(shown, analysis):
    text = (ROOT / "analyses" / f"{analysis}.sql").read_text(encoding="utf-8")

    assert text.startswith("-- ")
    assert len(shown[analysis]) > 0


def test_unusual_customers_are_the_farthest(sample, shown):
    ((customer, ratio),) = sample.query(
        """
        with compared as (
            select
                customer_id,
                distance / avg(distance) over (partition by segment_id) as ratio
            from customer_segments where segmentation = 'value'
        )
        select customer_id, ratio from compared order by ratio desc limit 1
        """
    )
    mine = [row for row in shown["unusual_customers"] if row["segmentation"] == "value"]

    assert len(mine) == 10
    assert mine[0]["customer_id"] == customer
    assert float(mine[0]["times_the_mean"]) == pytest.approx(ratio, abs=0.06)


def test_distances_move_the_customers_that_scipy_moves(sample, moved):
    vectors = np.array(
        sample.query(
            f"select {', '.join(FEATURES)} from {sample.standardized()} "
            "where segmentation = 'lifestyle'"
        )
    )
    rows = sample.query(
        """
        pivot (
            select segment_name, feature, centroid, segment_index
            from segmentation_fit_centroids
            inner join segment_names using (segmentation, segment_id)
            where segmentation = 'lifestyle' and is_champion
        ) on feature using first(centroid) order by segment_index
        """
    )
    names, centroids = [row[0] for row in rows], np.array([row[2:] for row in rows])
    scale = np.array(
        sample.query(
            """
            select scale from segmentation_fit_features
            where segmentation = 'lifestyle' and is_champion order by position
            """
        )
    ).ravel()
    own = cdist(vectors, centroids).argmin(axis=1)
    inverse = np.linalg.inv(np.cov(vectors.T))
    raw = vectors * scale, centroids * scale
    expected = {
        "manhattan": cdist(vectors, centroids, "cityblock"),
        "mahalanobis": cdist(vectors, centroids, "mahalanobis", VI=inverse),
        "cosine": cdist(vectors, centroids, "cosine"),
        "raw": cdist(*raw),
    }
    for i, feature in enumerate(FEATURES):
        stretched = np.where(np.arange(3) == i, 1000, 1)
        expected[f"raw, {feature} x 1000"] = cdist(*(part * stretched for part in raw))

    assert moved.keys() == expected.keys()
    for distance, (percent, segments) in moved.items():
        changed = expected[distance].argmin(axis=1) != own
        assert percent == pytest.approx(100 * changed.mean(), abs=0.06)
        assert segments == {
            name: (changed[own == i].sum(), (own == i).sum())
            for i, name in enumerate(names)
        }


def test_the_table_of_the_page_is_what_the_query_finds(moved):
    table = re.findall(r"^\| `(.+)` \| ([0-9.]+) % \|$", PAGE, re.MULTILINE)

    assert {name: float(percent) for name, percent in table} == {
        name: percent for name, (percent, _) in moved.items()
    }


def test_the_text_of_the_page_tells_the_same_figures(moved):
    text = " ".join(PAGE.split())
    quoted = [
        "{} of {}".format(*moved[distance][1][segment])
        for distance, segment in [
            ("mahalanobis", "Average customers"),
            ("cosine", "Average customers"),
            ("cosine", "Older, low spending"),
        ]
    ]

    assert re.findall(r"\d+ of \d+", text) == quoted
    for segment in ("Younger, low income", "High spending, high income"):
        assert moved["cosine"][1][segment][0] == 0
    for percent in re.findall(r"([0-9.]+) %", text):
        assert float(percent) in {percent for percent, _ in moved.values()}


def test_the_commands_of_the_page_show_its_figures(sample):
    commands = re.findall(r"^\.venv/bin/dbt (.+)$", PAGE, re.MULTILINE)
    assert len(commands) == 3
    results = [sample.dbt(*shlex.split(command)) for command in commands]
    assert all(result.success for result in results)
    _, scales, correlation = (next(iter(result.shown.values())) for result in results)

    assert len(results[0].shown["distance_measures"]) == 35
    age, income, score = (row["scale"] for row in scales)
    assert (
        f"(age {age:.1f} years, annual income {income:.1f} kEUR, "
        f"spending score {score:.1f} points)"
    ) in " ".join(PAGE.split())
    assert f"(correlation {float(correlation[0]['correlation']):.2f}:" in PAGE
