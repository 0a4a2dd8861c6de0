"""How large the segments were after each build."""

from collections import defaultdict

from drawing import percent, text_on

from boards.segmentation import Segmentation

MOST_BUILDS = 10


def strip_part(segmentation: Segmentation, name: str, label: str, share: float) -> dict:
    """Return the part of a bar of 100 % that a segment has."""
    color = segmentation.color(name)
    return {
        "id": name,
        "name": label,
        "share": share,
        "width": round(100 * share, 3),
        "text": percent(share),
        "color": color,
        "ink": text_on(color),
    }


def sizes(segmentation: Segmentation) -> list[dict]:
    """Return a bar of 100 % for each of the last builds that changed a size.

    The sizes after earlier builds are today's sizes without the customers who came
    since, and with the customers who left since.
    """
    moves = defaultdict(lambda: defaultdict(int))
    names = {}
    for row in segmentation.migrations:
        for side, sign in (("to", 1), ("from", -1)):
            name = row[f"{side}_segment_id"]
            if name is not None:
                moves[row["moved_at"]][name] += sign * row["customers"]
                names[name] = row[f"{side}_segment_name"]
    names.update(segmentation.names)
    size = {row["segment_id"]: row["customers"] for row in segmentation.segments}
    found = []
    for moved_at in sorted(moves, reverse=True)[:MOST_BUILDS]:
        total = sum(size.values())
        present = [name for name in names if size.get(name, 0) > 0]
        if total > 0:
            found.append(
                {
                    "label": f"{moved_at:%d %b %Y}".lstrip("0"),
                    "customers": total,
                    "parts": [
                        strip_part(segmentation, name, names[name], size[name] / total)
                        for name in segmentation.ordered(present)
                    ],
                }
            )
        for name, change in moves[moved_at].items():
            size[name] = size.get(name, 0) - change
    return found[::-1]


def size_table(segmentation: Segmentation, bars: list[dict]) -> dict:
    """Return the figures of the bars: a line per segment, a column per build."""
    names = {part["id"]: part for bar in bars for part in bar["parts"]}
    shares = [{part["id"]: part["share"] for part in bar["parts"]} for bar in bars]
    return {
        "columns": [bar["label"] for bar in bars],
        "lines": [
            {
                "id": name,
                "name": names[name]["name"],
                "color": names[name]["color"],
                "cells": [percent(column.get(name, 0.0), 1) for column in shares],
            }
            for name in segmentation.ordered(list(names))
        ],
    }
