"""The board of the raw values: histograms and correlations."""

from collections import defaultdict

import findings
from drawing import amount, counted, diverging, number, percent


def histograms(rows: list[dict], profiles: list[dict]) -> list[dict]:
    """Return a histogram per feature; a tail is a paler bar apart from the others."""
    width, height, bottom, top = 280, 150, 26, 14
    medians = {row["feature"]: row for row in profiles if row["stage"] == "raw"}
    by_feature = defaultdict(list)
    for row in rows:
        by_feature[row["feature"]].append(row)
    found = []
    for feature, bins in by_feature.items():
        bins.sort(key=lambda row: row["bin"])
        step = (width - 2) / len(bins)
        highest = max(row["share"] for row in bins) or 1
        bars = [
            {
                "x": round(
                    1 + index * step + (0.18 * step if row["is_tail"] else 0), 1
                ),
                "width": round(max(step * (0.64 if row["is_tail"] else 1) - 1, 0.6), 1),
                "y": round(
                    top + (height - bottom - top) * (1 - row["share"] / highest), 1
                ),
                "height": round((height - bottom - top) * row["share"] / highest, 1),
                "is_tail": row["is_tail"],
                "share": row["share"],
                "hint": f"{row['bin_label']}: {counted(row['customers'], 'customer')}, "
                f"{percent(row['share'], 1)}",
            }
            for index, row in enumerate(bins)
        ]
        body = [row for row in bins if not row["is_tail"]] or bins
        unit = bins[0]["unit"]
        median = medians.get(feature)
        is_counted = all(row["upper_bound"] - row["lower_bound"] == 1 for row in body)
        every = max(1, -(-len(bins) // 6))
        ticks = []
        for index, row in enumerate(bins):
            if row["is_tail"]:
                continue
            if (index - bins.index(body[0])) % every == 0:
                offset = 0.5 if is_counted else 0.0
                ticks.append(
                    (round(1 + (index + offset) * step, 1), number(row["lower_bound"]))
                )
        found.append(
            {
                "feature": feature,
                "title": bins[0]["label"],
                "unit": unit,
                "bars": bars,
                "width": width,
                "height": height,
                "bottom": height - bottom,
                "ticks": ticks,
                "highest": percent(highest),
                "tail": next(
                    (row["bin_label"] for row in reversed(bins) if row["is_tail"]), ""
                ),
                "median": amount(median["median"], unit) if median else "",
                "missing": median and median["missing"],
            }
        )
    return found


def correlation_matrix(rows: list[dict]) -> dict | None:
    """Return the rank correlations below the diagonal."""
    if not rows:
        return None
    labels = {row["feature"]: row["label"] for row in rows}
    value = {(row["feature"], row["other_feature"]): row["spearman"] for row in rows}
    strength = {
        feature: sum(abs(v or 0) for (one, _), v in value.items() if one == feature)
        for feature in labels
    }
    # Orders features so that neighbors correlate: begins with the feature that
    # correlates most with all, and continues with the one nearest to the last.
    left = sorted(labels, key=lambda feature: (-strength[feature], feature))
    order = [left.pop(0)]
    while left:
        following = max(left, key=lambda f: abs(value.get((order[-1], f)) or 0))
        left.remove(following)
        order.append(following)
    return {
        "columns": [labels[feature] for feature in order[:-1]],
        "rows": [
            {
                "name": labels[feature],
                "cells": [
                    {
                        "value": value.get((feature, other)),
                        "text": "–"
                        if value.get((feature, other)) is None
                        else f"{value[feature, other]:.2f}".replace(
                            "-0.00", "0.00"
                        ).replace("-", "−"),
                        "color": diverging(value.get((feature, other)), 1.0),
                    }
                    for other in order[:place]
                ],
                "blank": len(order) - 1 - place,
            }
            for place, feature in enumerate(order)
            if place
        ],
    }


def exploration(data: dict) -> dict | None:
    """Return the board of the raw values."""
    found = histograms(data["feature_histograms"], data["feature_profiles"])
    if not found:
        return None
    return {
        "title": findings.exploration_title(data["feature_correlations"]),
        "histograms": found,
        "correlations": correlation_matrix(data["feature_correlations"]),
    }
