"""Every query of the page on debugging answers its question on the built sample."""

import re

import numpy as np
import pytest
from project import ROOT

PAGE = (ROOT / "docs" / "debugging.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def answers(sample):
    """The rows that each query returns, in the order of the page."""
    return [sample.query(sql) for sql in QUERIES]


def test_every_query_finds_something(answers):
    assert len(answers) == 11
    assert all(answers)


def test_a_rejected_row_has_a_reason(answers):
    assert answers[0] == [
        (
            "C01815",
            "missing_value",
            "annual_income",
            "The value of annual_income is missing.",
        )
    ]


def test_rows_add_up(answers):
    ((source_rows, accepted, merged, rejected),) = answers[1]

    assert source_rows == accepted + merged + rejected == 2049
    assert rejected > 0
    assert merged > 0


def test_the_steps_lead_to_the_published_segment(answers):
    (values,), preparation, ((point, _, centroids),), distances = answers[2:6]
    ((segment, _, following, distance, _, fit),) = answers[6]
    by_hand = [
        (value - center) / scale * np.sqrt(weight)
        for value, (*_, center, scale, weight) in zip(values, preparation, strict=True)
    ]

    np.testing.assert_allclose(point, by_hand)
    np.testing.assert_allclose(
        [distance for _, distance in distances],
        sorted(np.linalg.norm(np.array(centroids) - by_hand, axis=1)),
    )
    assert [segment, following] == [name for name, _ in distances[:2]]
    assert distance == pytest.approx(distances[0][1])
    assert answers[8][-1][0] == segment
    assert fit in {row[3] for row in answers[10]}


def test_the_chosen_number_of_segments_has_its_reason(answers):
    chosen = [row for row in answers[9] if row[4]]

    assert [row[0] for row in chosen] == [5]
    assert chosen[0][5].startswith("Five segments stand apart best")
