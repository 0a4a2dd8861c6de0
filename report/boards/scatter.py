"""A sample of customers as dots, in the two features that tell segments apart best."""

from itertools import pairwise

from drawing import Scale, percent, shortened, spread

from boards.segmentation import Segmentation


def scatter(segmentation: Segmentation, width=760, height=520) -> dict | None:
    """Return a sample of points in the two features that tell segments apart best."""
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
        if 2 * len(distinct) > len(points):  # values hardly repeat
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
        # Points with few different values would hide each other. They are moved by a
        # fixed sequence that fills the plane evenly (Roberts, 2018, "The unreasonable
        # effectiveness of quasirandom sequences").
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
        text = shortened(
            row["segment_name"], 44 if len(segmentation.members) < 7 else 26
        )
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
                "id": row["segment_id"],
                "name": row["segment_name"],
                "color": segmentation.color(row["segment_id"]),
                "share": percent(row["share"]),
                "text": segmentation.sentence(row["segment_id"]),
            }
            for row in segmentation.members
        ],
        "x_ticks": x.labeled_ticks(7, [point["x"] for point in points]),
        "y_ticks": y.labeled_ticks(6, [point["y"] for point in points]),
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
    """Return the end of the title of an axis with a log scale."""
    return ", log scale" if scale.is_log else ""


def room_around(places: list[float], values: list[float]) -> dict[float, float]:
    """Return how far to move dots of one value without meeting dots of the next value.

    Args:
        places: pixels of the values.
        values: the distinct values, in order.
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
