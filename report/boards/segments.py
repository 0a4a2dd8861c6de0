"""The board that shows what sets the segments apart."""

from collections import defaultdict
from itertools import pairwise

import findings
from drawing import (
    Scale,
    counted,
    diverging,
    number,
    percent,
    shortened,
    spread,
)
from findings import in_sentence

from boards.segmentation import MOST_GROUPS, Segmentation

MOST_PANELS = 3  # distributions side by side


def scatter(segmentation: Segmentation, width=760, height=520) -> dict | None:
    """Return the points of a sample in the two most telling features."""
    points = segmentation.points
    if not points:
        return None
    features = segmentation.points_axes
    left, right, top, bottom = 52, 12, 12, 44
    scales, rooms = [], []
    for axis, feature in zip("xy", features, strict=True):
        values = [point[axis] for point in points]
        distinct = sorted(set(values))
        start, end = (left, width - right) if axis == "x" else (height - bottom, top)
        is_log = segmentation.transforms[feature] == "log"
        scale = Scale(distinct[0], distinct[-1], start, end, is_log, pad=0.02)
        room = room_around([scale(value) for value in distinct], distinct)
        if 2 * len(distinct) > len(points):  # hardly a value twice
            room = dict.fromkeys(distinct, 0.0)
        inward = 0.5 if axis == "x" else -0.5
        scale = Scale(
            distinct[0],
            distinct[-1],
            start + inward * room[distinct[0]],
            end - inward * room[distinct[-1]],
            is_log,
            pad=0.02,
        )
        scales.append(scale)
        rooms.append(room)
    x, y = scales
    marks = []
    for place, point in enumerate(points):
        # where values are few, points would hide each other: a fixed sequence that
        # fills the plane evenly moves them (Roberts, 2018, "The unreasonable
        # effectiveness of quasirandom sequences")
        shift_x = (place * 0.7548776662) % 1 - 0.5
        shift_y = (place * 0.5698402910) % 1 - 0.5
        marks.append(
            {
                "x": round(x(point["x"]) + rooms[0][point["x"]] * shift_x, 1),
                "y": round(y(point["y"]) + rooms[1][point["y"]] * shift_y, 1),
                "id": point["segment_id"],
                "color": segmentation.color(point["segment_id"]),
            }
        )
    labels = []
    for row in segmentation.members:
        own = [point for point in points if point["segment_id"] == row["segment_id"]]
        if not own:
            continue
        middle = [sorted(point[axis] for point in own)[len(own) // 2] for axis in "xy"]
        text = shortened(row["segment_name"], 44)
        half = 3.6 * len(text)
        labels.append(
            {
                "x": min(max(x(middle[0]), left + half), width - right - half),
                "y": y(middle[1]),
                "text": text,
            }
        )
    for label, place in zip(
        labels,
        spread([label["y"] for label in labels], 20, top + 14, height - bottom - 10),
        strict=True,
    ):
        label["y"] = place
    return {
        "width": width,
        "height": height,
        "left": left,
        "right": width - right,
        "bottom": height - bottom,
        "top": top,
        "marks": marks,
        "labels": labels,
        "x_title": segmentation.axis(features[0]) + log_scale(x),
        "y_title": segmentation.axis(features[1]) + log_scale(y),
        "legend": [
            {
                "name": row["segment_name"],
                "color": segmentation.color(row["segment_id"]),
                "share": percent(row["share"]),
                "text": findings.segment_sentence(
                    row["segment_id"], segmentation.profiles, segmentation.forming
                ),
            }
            for row in segmentation.members
        ],
        "x_ticks": x.labeled_ticks(7),
        "y_ticks": y.labeled_ticks(6),
        "note": " ".join(
            [
                "Every dot is a customer"
                + (
                    f" of a sample of {len(points):,}."
                    if len(points) < segmentation.customers
                    else "."
                ),
                *(["Dots of equal values are moved apart a little."]
                  if any(any(room.values()) for room in rooms) else []),
            ]
        ),
    }  # fmt: skip


def log_scale(scale: Scale) -> str:
    """Say on an axis that its steps multiply."""
    return ", log scale" if scale.is_log else ""


def room_around(places: list[float], values: list[float]) -> dict[float, float]:
    """Return how far dots of one value may be moved without meeting the next value's.

    Args:
        places: pixels of the values.
        values: the values that there are, in order.
    """
    gaps = [abs(one - other) for one, other in pairwise(places)]
    if not gaps:
        return dict.fromkeys(values, 60.0)
    nearest = [
        min(pair) for pair in zip([gaps[0], *gaps], [*gaps, gaps[-1]], strict=True)
    ]
    return {
        value: min(0.72 * gap, 90.0) for value, gap in zip(values, nearest, strict=True)
    }


def heat_map(segmentation: Segmentation) -> dict:
    """Return typical values, segments by features, those that form them first."""
    rows = segmentation.members[:MOST_GROUPS]
    strength = defaultdict(float)
    for profile in segmentation.profiles:
        if profile["deviation"] is not None:
            strength[profile["feature"]] = max(
                strength[profile["feature"]], abs(profile["deviation"])
            )
    others = sorted(
        {profile["feature"] for profile in segmentation.profiles}
        - set(segmentation.forming),
        key=lambda feature: (-strength[feature], feature),
    )
    forming = [feature for feature, _ in segmentation.telling]
    features = [*forming, *others][: max(14, len(forming))]
    return {
        "forming": len(forming),
        "others": len(features) - len(forming),
        "features": [segmentation.labels[feature] for feature in features],
        "rows": [
            {
                "name": row["segment_name"],
                "color": segmentation.color(row["segment_id"]),
                "cells": [
                    heat_cell(segmentation.profile.get((row["segment_id"], feature)))
                    for feature in features
                ],
            }
            for row in rows
        ],
    }


def heat_cell(profile: dict | None) -> dict:
    """Return one typical value with the color of its deviation."""
    deviation = profile["deviation"] if profile else None
    return {
        "deviation": deviation,
        "text": (profile and profile["typical_text"]) or "–",
        "color": diverging(
            deviation if profile and profile["judgement"] != "unclear" else None, 2.0
        ),
        "hint": findings.value_against_all(profile) if profile else "",
    }


def distributions(segmentation: Segmentation, width=1180) -> list[dict]:
    """Return for every feature how its values lie in the segments, a few per row."""
    if not segmentation.quantiles:
        return []
    found = defaultdict(dict)
    for row in segmentation.quantiles:
        found[segmentation.forming[row["position"]]][row["segment_id"]] = row[
            "quantiles"
        ]
    features = [feature for feature, _ in segmentation.telling if feature in found]
    rows = [("All customers", None), *(
        (row["segment_name"], row["segment_id"]) for row in segmentation.members
    )]  # fmt: skip
    names, gap, step, top = 276, 28, 27, 8
    strips_of = []
    for first in range(0, len(features), MOST_PANELS):
        chunk = features[first : first + MOST_PANELS]
        panel = (width - names - gap * MOST_PANELS) / MOST_PANELS
        panels = []
        for place, feature in enumerate(chunk):
            start = names + gap + place * (panel + gap)
            known = [q for q in found[feature].values() if q]
            scale = Scale(
                min(q[0] for q in known),
                max(q[4] for q in known),
                start,
                start + panel,
                is_log=segmentation.transforms[feature] == "log",
            )
            panels.append(
                {
                    "title": segmentation.axis(feature) + log_scale(scale),
                    "start": start,
                    "end": start + panel,
                    "ticks": scale.labeled_ticks(4),
                    "rows": [
                        {
                            "y": top + step * index + step / 2,
                            "color": segmentation.color(name) if name else "#5b6472",
                            "hint": f"{label}: middle half {number(q[1])} to "
                            f"{number(q[3])}, median {number(q[2])}",
                            "low": scale(q[0]),
                            "from": scale(q[1]),
                            "middle": scale(q[2]),
                            "to": scale(q[3]),
                            "high": scale(q[4]),
                        }
                        for index, (label, name) in enumerate(rows)
                        if (q := found[feature].get(name))
                    ],
                }
            )
        strips_of.append(
            {
                "width": width,
                "height": top + step * len(rows) + 44,
                "bottom": top + step * len(rows),
                "names": [
                    {
                        "text": shortened(label, 44),
                        "y": top + step * index + step / 2,
                        "color": segmentation.color(name) if name else None,
                    }
                    for index, (label, name) in enumerate(rows)
                ],
                "panels": panels,
            }
        )
    return strips_of


def segments(segmentation: Segmentation) -> dict:
    """Return the board that shows how the segments differ."""
    title = (
        findings.segments_title(segmentation.telling, segmentation.labels)
        if segmentation.is_kmeans
        else grouping_title(segmentation)
    )
    left_out = len(segmentation.members) - MOST_GROUPS
    return {
        "title": title,
        "lead": findings.segments_lead(segmentation.telling, segmentation.labels),
        "scatter": scatter(segmentation),
        "noun": segmentation.plural()[:-1],
        "heat": heat_map(segmentation),
        "distributions": distributions(segmentation),
        "left_out": f"{counted(left_out, 'smaller group')} left out."
        if left_out > 0
        else "",
    }


def grouping_title(segmentation: Segmentation) -> str:
    """Say in which group a typical value lies farthest from that of all customers."""
    large = {row["segment_id"] for row in segmentation.members if row["share"] >= 0.02}
    rows = [
        row
        for row in segmentation.profiles
        if row["segment_id"] in large and row["judgement"] in findings.SIDES
    ]
    if not rows:
        return "No larger group differs much in anything, chance aside"
    best = max(rows, key=lambda row: (abs(row["deviation"]), row["segment_id"]))
    return (
        f"Larger groups differ most in {in_sentence(best['label'])}: "
        f"{findings.quoted(best['segment_name'])} has {best['typical_text']}, "
        f"all customers {best['typical_text_of_all']}"
    )
