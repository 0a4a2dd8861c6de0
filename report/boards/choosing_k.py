"""The board that shows why there are so many segments."""

import findings
from drawing import Scale, percent, spread

from boards.segmentation import Segmentation

STABLE = 0.75  # Hennig (2007), "Cluster-wise assessment of cluster stability"


def line_panel(rows, series, title, note, low=None, high=None, rule=None) -> dict:
    """Return one metric by number of clusters, the chosen one marked.

    Args:
        rows: rows of segmentation_quality, of one segmentation.
        series: pairs of column and label; the first is the metric itself.
        title: what the metric is.
        note: how to read it.
        low: lowest value of the axis, else that of the metric.
        high: highest value of the axis, else that of the metric.
        rule: a value to compare with and its label.
    """
    width, height, left, top, bottom = 380, 250, 44, 30, 34
    right = 106 if series[1:] else 20  # room for names of lines
    known = [row[column] for column, _ in series for row in rows]
    known = [value for value in known if value is not None]
    first, last = rows[0]["clusters"], rows[-1]["clusters"]
    x = Scale(first, last, left, width - right, pad=0.04)
    y = Scale(
        min(known) if low is None else low,
        max(known) if high is None else high,
        height - bottom,
        top,
        pad=0 if low is not None else 0.06,
    )
    lines = []
    for column, label in series:
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
        if not dots:
            continue
        lines.append(
            {
                "label": label,
                "dots": dots,
                "path": "M" + "L".join(f"{dot['x']},{dot['y']}" for dot in dots),
            }
        )
    ends = spread([line["dots"][-1]["y"] for line in lines], 15, top, height - bottom)
    for line, end in zip(lines, ends, strict=True):
        line["end"] = end
    chosen = next((row["clusters"] for row in rows if row["is_chosen"]), None)
    return {
        "title": title,
        "note": note,
        "width": width,
        "height": height,
        "left": left,
        "right": width - right,
        "top": top,
        "bottom": height - bottom,
        "lines": lines,
        "chosen": chosen,
        "chosen_text": next(
            (
                f"{row['clusters']} segments: {short(row[series[0][0]])}"
                for row in rows
                if row["is_chosen"]
            ),
            "",
        ),
        "chosen_x": x(chosen) if chosen is not None else None,
        "x_ticks": [(x(row["clusters"]), str(row["clusters"])) for row in rows],
        "y_ticks": y.labeled_ticks(4),
        "rule": rule and {"y": y(rule[0]), "text": rule[1]},
    }


def short(value: float | None) -> str:
    """Write a metric: two decimals, or none where it is large."""
    if value is None:
        return "–"
    return (f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}").replace("-", "−")


def choosing_k(segmentation: Segmentation) -> dict | None:
    """Return the board that shows why there are so many segments."""
    rows = segmentation.quality
    if not rows:
        return None
    chosen = next(row for row in rows if row["is_chosen"])
    panels = []
    if len(rows) > 1:
        panels = [
            line_panel(
                rows,
                [("simplified_silhouette", "")],
                "How clearly segments stand apart",
                "Simplified silhouette: 1 is perfect, the highest is chosen.",
            ),
            line_panel(
                rows,
                [("stability", "all segments"),
                 ("smallest_segment_stability", "weakest segment")],
                "Whether they are found again",
                f"Similarity on resampled customers; from {STABLE} on a segment is "
                "stable.",
                low=min(0.5, *(
                    value for row in rows
                    for value in (row["stability"], row["smallest_segment_stability"])
                    if value is not None
                )),
                high=1.0,
                rule=(STABLE, "stable"),
            ),
            line_panel(
                rows,
                [("inertia", "")],
                "How far customers are from their center",
                "Inertia (elbow): falls with every segment more, less and less.",
                low=0,
            ),
        ]  # fmt: skip
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
