"""Functions that write numbers, choose colors, scale axes and form sentences."""

from itertools import pairwise

import drawing
import phrases
import pytest
import words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *[(0, "0"), (0.0921, "0.0921"), (1.5, "1.5"), (27.04, "27"), (66.54, "66.5")],
        *[(988.3, "988"), (1224.4, "1,224"), (-3.2, "−3.2"), (None, "–")],
    ],
)
def test_numbers_have_three_digits(value, text):
    assert drawing.number(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        *[(0.197, "20 %"), (0.0042, "0.4 %"), (0.0001, "under 0.1 %"), (0.0, "0 %")],
        *[(1.0, "100 %"), (0.998, "over 99 %"), (None, "–")],
    ],
)
def test_percentages_never_round_to_nothing_or_all(share, text):
    assert drawing.percent(share).replace("\u00a0", " ") == text


def test_colors_stay_when_a_segment_goes():
    before = drawing.segment_colors(["x-1", "x-2", "x-3"])
    after = drawing.segment_colors(["x-3", "x-1", "unassigned", "x-4"])

    assert after["x-1"] == before["x-1"]
    assert after["x-3"] == before["x-3"]
    assert len(set(after.values())) == 4


def test_text_can_be_read_on_every_color():
    for color in [*drawing.PALETTE, drawing.OTHER]:
        assert drawing.contrast(drawing.text_on(color), color) >= 4.5, color


@pytest.mark.parametrize(("low", "high"), [(0, 1), (18, 90), (-3.2, 4.1), (5, 5)])
def test_ticks_are_round_and_inside(low, high):
    ticks = drawing.Scale(low, high, 0, 100).ticks(5)

    assert 1 <= len(ticks) <= 11
    assert all(low <= tick <= high for tick in ticks)
    steps = {round(b - a, 9) for a, b in pairwise(ticks)}
    assert len(steps) <= 1


def test_labels_are_moved_apart_within_bounds():
    moved = drawing.spread([10, 12, 11, 95], 20, 0, 100)

    ordered = sorted(moved)
    assert all(b - a >= 20 for a, b in pairwise(ordered))
    assert ordered[0] >= 0
    assert ordered[-1] <= 100


def test_a_segment_is_described_by_its_extremes():
    profiles = [
        {
            "segment_id": name,
            "feature": feature,
            "label": feature.title(),
            "unit": "",
            "typical_is": "mean",
            "typical_value": z,
            "judgement": "high"
            if z >= 0.5
            else "low"
            if z <= -0.5
            else "about average",
        }
        for name, values in {"a": (1.2, -0.9), "b": (-1, 0.1), "c": (0.6, 1.4)}.items()
        for feature, z in zip(("age", "income"), values, strict=True)
    ]
    sentences = [
        phrases.segment_sentence(
            [row for row in profiles if row["segment_id"] == name], profiles
        )
        for name in "abc"
    ]

    assert sentences == [
        "Highest of all in age; lowest in income.",
        "Lowest of all in age.",
        "Highest of all in income; high in age.",
    ]


@pytest.mark.parametrize(
    ("unit", "typical_is", "sentences"),
    [
        ("", "share", ["Seen most often of all.", "Seen more often."]),
        ("days ago", "median", ["Seen longest ago of all.", "Seen longer ago."]),
    ],
)
def test_a_share_and_a_day_are_not_called_high(unit, typical_is, sentences):
    rows = [
        {
            **{"segment_id": name, "feature": "seen", "label": "Seen", "unit": unit},
            **{"typical_is": typical_is, "typical_value": value, "judgement": "high"},
        }
        for name, value in {"a": 0.9, "b": 0.8, "c": 0.1}.items()
    ]

    assert [phrases.segment_sentence([row], rows) for row in rows[:2]] == sentences


@pytest.mark.parametrize(
    ("name", "title"),
    [("rfm", "RFM"), ("use", "Use"), ("life_stage", "Life stage"), ("rfm_2", "RFM 2")],
)
def test_only_abbreviations_are_written_in_capitals(name, title):
    assert words.title_case(name) == title
