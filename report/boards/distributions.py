"""The distribution of each feature in each segment."""

from collections import defaultdict

from drawing import Scale, number

from boards.scatter import log_scale
from boards.segmentation import Segmentation


def distributions(segmentation: Segmentation) -> list[dict]:
    """Return, for every feature, the quantiles of its values in the segments, in
    percent of the width of its panel.
    """
    found = defaultdict(dict)
    for row in segmentation.quantiles:
        found[segmentation.forming[row["position"]]][row["segment_id"]] = row[
            "quantiles"
        ]
    rows = [(None, "All customers"), *(
        (row["segment_id"], row["segment_name"]) for row in segmentation.members
    )]  # fmt: skip
    shares = {
        row["feature"] for row in segmentation.profiles if row["typical_is"] == "share"
    }
    panels = []
    for feature, _ in segmentation.telling:
        if feature in shares:  # quartiles of yes and no say nothing
            continue
        known = [quantiles for quantiles in found[feature].values() if quantiles]
        if not known:
            continue
        scale = Scale(
            min(quantiles[0] for quantiles in known),
            max(quantiles[4] for quantiles in known),
            *(0, 100),
            is_log=segmentation.transforms[feature] == "log",
        )
        panels.append(
            {
                "title": segmentation.axis(feature) + log_scale(scale),
                "ticks": scale.labeled_ticks(4),
                "rows": [
                    {
                        "id": name,
                        "name": label,
                        "color": segmentation.color(name) if name else "#5b6472",
                        "hint": f"{label}: middle half {number(quantiles[1])} to "
                        f"{number(quantiles[3])}, median {number(quantiles[2])}",
                        **line(scale, quantiles),
                    }
                    for name, label in rows
                    if (quantiles := found[feature].get(name))
                ],
            }
        )
    return panels


def line(scale: Scale, quantiles: list[float]) -> dict:
    """Return the positions of the line, the bar and the dot that show some quantiles.

    Args:
        scale: scale from values of the feature to percent.
        quantiles: the 5, 25, 50, 75 and 95 % quantiles.
    """
    low, start, middle, end, high = (scale(value) for value in quantiles)
    return {
        "low": low,
        "width": round(high - low, 1),
        "from": start,
        "bar": round(end - start, 1),
        "middle": middle,
    }
