"""The board that shows how the segments differ."""

from collections import defaultdict

import findings
from chance import interval_of_share
from drawing import counted, diverging
from phrases import SIDES
from words import in_sentence

from boards.distributions import distributions
from boards.scatter import scatter
from boards.segmentation import MOST_GROUPS, Segmentation


def heat_map(segmentation: Segmentation) -> dict:
    """Return typical values by segment and feature. Features that form the segments
    come first.
    """
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
    averages = {
        profile["feature"]: profile["typical_text_of_all"]
        for profile in segmentation.profiles
    }
    return {
        "forming": len(forming),
        "others": len(features) - len(forming),
        "features": [segmentation.labels[feature] for feature in features],
        "all": [averages.get(feature, "–") for feature in features],
        "rows": [
            {
                "id": row["segment_id"],
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
    }


def segments(segmentation: Segmentation) -> dict:
    """Return the board that shows how the segments differ."""
    title, lead = (
        (
            findings.segments_title(segmentation.telling, segmentation.labels),
            findings.segments_lead(segmentation.telling, segmentation.labels),
        )
        if segmentation.is_kmeans
        else grouping_title(segmentation)
    )
    left_out = len(segmentation.members) - MOST_GROUPS
    return {
        "title": title,
        "lead": lead,
        "scatter": scatter(segmentation),
        "noun": segmentation.plural()[:-1],
        "heat": heat_map(segmentation),
        "distributions": distributions(segmentation),
        "left_out": f"{counted(left_out, 'smaller group')} left out."
        if left_out > 0
        else "",
    }


def grouping_title(segmentation: Segmentation) -> tuple[str, str]:
    """Say in which group a typical value differs most from that of all customers. If
    the value is a share, also say its interval.
    """
    large = {
        row["segment_id"]: row["customers"]
        for row in segmentation.members
        if row["share"] >= 0.02
    }
    rows = [
        row
        for row in segmentation.profiles
        if row["segment_id"] in large and row["judgement"] in SIDES
    ]
    if not rows:
        return "No larger group differs much in anything, chance aside", ""
    best = max(rows, key=lambda row: (abs(row["deviation"]), row["segment_id"]))
    share = best["typical_value"]
    return (
        f"Larger groups differ most in {in_sentence(best['label'])}: "
        f"{findings.quoted(best['segment_name'])} has {best['typical_text']}, "
        f"all customers {best['typical_text_of_all']}",
        findings.chance_of(share, interval_of_share(share, large[best["segment_id"]]))
        if best["typical_is"] == "share"
        else "",
    )
