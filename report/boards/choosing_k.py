"""The board that explains the number of segments."""

import findings
from drawing import Scale, percent

from boards.segmentation import Segmentation

STABLE = 0.75  # Hennig (2007), "Cluster-wise assessment of cluster stability"


def known(rows: list[dict], column: str) -> list[float]:
    """Return the values of a column, without those that are missing."""
    return [row[column] for row in rows if row[column] is not None]


def line_panel(rows, column, title, note, low=None, high=None, rule=None) -> dict:
    """Return a chart of one metric by number of clusters, with the chosen one marked.

    Args:
        rows: rows of segmentation_quality, of one segmentation.
        column: the metric.
        title: name of the metric.
        note: how to read the metric.
        low: lowest value of the axis. Default: the lowest value of the metric.
        high: highest value of the axis. Default: the highest value of the metric.
        rule: a value to compare with, and its label.
    """
    width, height, left, right, top, bottom = 380, 250, 44, 20, 30, 34
    values = known(rows, column)
    first, last = rows[0]["clusters"], rows[-1]["clusters"]
    x = Scale(first, last, left, width - right, pad=0.04)
    y = Scale(
        min(values) if low is None else low,
        max(values) if high is None else high,
        height - bottom,
        top,
        pad=0 if low is not None else 0.06,
    )
    dots = [
        {
            "x": x(row["clusters"]),
            "y": y(row[column]),
            "k": row["clusters"],
            "text": short(row[column]),
            "is_chosen": row["is_chosen"],
        }
        for row in rows
        if row[column] is not None
    ]
    chosen = next(row for row in rows if row["is_chosen"])
    return {
        "title": title,
        "note": note,
        "width": width,
        "height": height,
        "left": left,
        "right": width - right,
        "top": top,
        "bottom": height - bottom,
        "dots": dots,
        "path": "L".join(f"{dot['x']},{dot['y']}" for dot in dots),
        "chosen": chosen["clusters"],
        "chosen_text": f"{chosen['clusters']} segments: {short(chosen[column])}",
        "chosen_x": x(chosen["clusters"]),
        "x_ticks": [(x(row["clusters"]), str(row["clusters"])) for row in rows],
        "y_ticks": y.labeled_ticks(4),
        "rule": rule and {"y": y(rule[0]), "text": rule[1]},
    }


def short(value: float | None) -> str:
    """Write a metric with two decimals, or without decimals if it is large."""
    if value is None:
        return "–"
    return (f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}").replace("-", "−")


def choosing_k(segmentation: Segmentation) -> dict | None:
    """Return the board that explains the number of segments."""
    rows = segmentation.quality
    if not rows:
        return None
    chosen = next(row for row in rows if row["is_chosen"])
    panels = []
    if len(rows) > 1:
        panels = [
            line_panel(
                rows,
                "simplified_silhouette",
                "How clearly segments stand apart",
                "Simplified silhouette: 1 is perfect, the highest is chosen.",
            ),
            line_panel(
                rows,
                "smallest_segment_stability",
                "Whether each is found again",
                "Jaccard similarity of the weakest segment on resampled customers; "
                f"from {STABLE} on a segment is stable.",
                low=min(0.5, *known(rows, "smallest_segment_stability")),
                high=1.0,
                rule=(STABLE, "stable"),
            ),
            line_panel(
                rows,
                "inertia",
                "How far customers are from their center",
                "Inertia (elbow): falls with every segment more, less and less.",
                low=0,
            ),
        ]
    return {
        "title": findings.choice_title(chosen["reason"]),
        "lead": chosen["reason"],
        "panels": panels,
        "rows": [
            {
                "k": row["clusters"],
                "is_chosen": row["is_chosen"],
                "cells": [
                    short(row["simplified_silhouette"]),
                    short(row["silhouette"]),
                    short(row["stability"]),
                    short(row["smallest_segment_stability"]),
                    percent(row["smallest_share"], 1),
                    short(row["inertia"]),
                ],
                "reason": row["reason"],
            }
            for row in rows
        ],
        "trust": findings.trust_title(segmentation.assumptions),
        "assumptions": [
            {
                "name": row["assumption"].replace("_", " "),
                "status": row["status"],
                "word": "holds" if row["status"] == "pass" else "watch",
                "text": row["explanation"],
            }
            for row in sorted(
                segmentation.assumptions,
                key=lambda row: (row["status"] == "pass", row["assumption"]),
            )
        ],
    }
