"""Turns tables into boards: what stands where, in which words and colours."""

from collections import defaultdict

import findings
from drawing import (
    OTHER,
    Scale,
    amount,
    counted,
    diverging,
    number,
    percent,
    ribbon,
    segment_colors,
    shortened,
    signed,
    spread,
    text_on,
    word,
)
from findings import in_sentence, title_case
from tables import telling_features

MOST_CARDS = 12  # more groups than these are shown as lines of a table
MOST_GROUPS = 15  # more rows or columns than these are left out, and it is said
MOST_CARD_FEATURES = 4
MOST_PANELS = 3  # distributions side by side
MOST_BUILDS = 10
STABLE = 0.75  # Hennig (2007), "Cluster-wise assessment of cluster stability"


class Segmentation:
    """Everything that the boards say about one segmentation."""

    def __init__(self, name: str, data: dict):
        """Pick the segmentation's rows of each table."""

        def own(table):
            return [row for row in data[table] if row["segmentation"] == name]

        self.name, self.title = name, title_case(name)
        self.segments = sorted(
            own("segments"),
            key=lambda row: (row["segment_id"] == "unassigned", -row["customers"]),
        )
        self.ids = [row["segment_id"] for row in self.segments]
        self.members = [row for row in self.segments if row["segment_id"] != "unassigned"]
        self.colors = segment_colors(self.ids)
        self.names = {row["segment_id"]: row["segment_name"] for row in self.segments}
        self.customers = sum(row["customers"] for row in self.segments)
        self.profiles = own("segment_profiles")
        self.labels = {row["feature"]: row["label"] for row in data["segment_profiles"]}
        self.units = {row["feature"]: row["unit"] for row in data["segment_profiles"]}
        self.profile = {
            (row["segment_id"], row["feature"]): row for row in self.profiles
        }
        fitted = data["features"].get(name, [])
        self.forming = [row["feature"] for row in fitted]
        self.transforms = {row["feature"]: row["transform"] for row in fitted}
        self.is_kmeans = bool(fitted)
        self.measures = [
            {"name": name, "label": self.labels.get(name, name)}
            for name in data["measures"]
        ]
        shares = {row["segment_id"]: row["share"] for row in self.segments}
        self.telling = telling_features(
            [row for row in self.profiles if row["segment_id"] != "unassigned"],
            shares,
            self.forming,
        )
        self.quality = sorted(own("segmentation_quality"), key=lambda row: row["clusters"])
        self.rules = {row["segment_id"]: row for row in own("segment_rules")}
        self.assumptions = own("kmeans_assumptions")
        self.migrations = own("segment_migrations")
        self.drift = own("drift")
        self.quantiles = data["quantiles"].get(name, [])
        self.points = data["points"].get(name)
        self.comparison = own("segmentation_comparison")
        self.effects = data["segmentation_effects"]
        self.agreement = {
            other: row["normalized_mutual_information"]
            for row in data["segmentation_agreement"]
            for one, other in [
                (row["segmentation"], row["other_segmentation"]),
                (row["other_segmentation"], row["segmentation"]),
            ]
            if one == name
        }
        self.overlap = defaultdict(dict)
        for row in data["segment_overlap"]:
            if row["segmentation"] == name:
                other = row["other_segmentation"]
                place = (row["segment_id"], row["other_segment_id"])
                self.overlap[other][place] = (row["share_of_segment"], row["lift"], row)
            elif row["other_segmentation"] == name:
                other = row["segmentation"]
                place = (row["other_segment_id"], row["segment_id"])
                share = row["share_of_other_segment"]
                self.overlap[other][place] = (share, row["lift"], row)

    def color(self, segment_id: str | None) -> str:
        """Return the colour of a segment, of one that is retired too."""
        if segment_id is None:
            return OTHER
        if segment_id not in self.colors:
            known = [*self.colors, segment_id]
            return segment_colors(known)[segment_id]
        return self.colors[segment_id]

    def axis(self, feature: str) -> str:
        """Return the title of an axis: label and unit."""
        unit = self.units.get(feature, "")
        label = self.labels.get(feature, feature)
        return f"{label} ({unit})" if unit else label

    def plural(self) -> str:
        return "segments" if self.is_kmeans else "groups"


# ---------------------------------------------------------------- overview


def strips(segmentation: Segmentation) -> list[dict]:
    """Return bars of 100 %: the customers, and each measure that has only shares."""
    rows = [("Customers", "share")]
    for measure in segmentation.measures:
        column = f"{measure['name']}_share"
        shares = [row[column] for row in segmentation.segments]
        if all(share is not None and share >= 0 for share in shares):
            rows.append((measure["label"], column))
    shown = segmentation.segments
    return [
        {
            "label": label,
            "parts": [
                {
                    "id": row["segment_id"],
                    "name": row["segment_name"],
                    "share": row[column],
                    "width": round(100 * row[column], 3),
                    "text": percent(row[column]),
                    "color": segmentation.color(row["segment_id"]),
                    "ink": text_on(segmentation.color(row["segment_id"])),
                }
                for row in shown
                if row[column] > 0
            ],
        }
        for label, column in rows
    ]


def card(segmentation: Segmentation, row: dict) -> dict:
    """Return what a card says about one segment."""
    name = row["segment_id"]
    profiles = [
        segmentation.profile[name, feature]
        for feature in (
            segmentation.forming or [f for i, f in segmentation.profile if i == name]
        )
        if (name, feature) in segmentation.profile
        and segmentation.profile[name, feature]["z_mean"] is not None
    ]
    best = sorted(profiles, key=lambda profile: -abs(profile["z_mean"]))
    rule = segmentation.rules.get(name)
    measures = []
    for measure in segmentation.measures:
        share = row[f"{measure['name']}_share"]
        profile = segmentation.profile.get((name, measure["name"]))
        if share is None or profile is None:
            continue
        ratio = share / row["share"] if row["share"] else None
        measures.append(
            {
                "label": measure["label"],
                "share": percent(share, 1),
                "ratio": findings.times(ratio),
                "mean": amount(profile["mean"], profile["unit"]) + " per customer",
                "difference": ratio,
            }
        )
    return {
        "id": name,
        "name": row["segment_name"],
        "color": segmentation.color(name),
        "customers": counted(row["customers"], "customer"),
        "share": percent(row["share"], 1),
        "sentence": findings.segment_sentence(
            name, segmentation.profiles, segmentation.forming
        )
        if segmentation.is_kmeans and name != "unassigned"
        else row["description"],
        "description": row["description"],
        "features": [
            {
                "label": profile["label"],
                "value": amount(profile["mean"], profile["unit"]),
                "average": amount(profile["population_mean"], profile["unit"]),
                "z": profile["z_mean"],
                "left": round(50 + min(0, max(profile["z_mean"], -2)) * 25, 1),
                "width": round(min(abs(profile["z_mean"]), 2) * 25, 1),
            }
            for profile in best[:MOST_CARD_FEATURES]
        ],
        "measures": measures,
        "rule": rule
        and rule["precision"] is not None
        and rule["precision"] >= 0.8
        and {"text": rule["rule"], "precision": percent(rule["precision"])},
        "strategy": row["strategy"],
        "is_name_outdated": row["is_name_outdated"],
    }


def overview(segmentation: Segmentation) -> dict:
    """Return the board of cards."""
    members = segmentation.members
    is_cards = len(segmentation.segments) <= MOST_CARDS
    shown = segmentation.segments
    rest = [] if is_cards else shown[MOST_GROUPS:]
    largest = max((row["share"] for row in shown), default=1) or 1
    formed = (
        f"{word(len(members))} {'segment' if len(members) == 1 else 'segments'} of "
        f"{counted(segmentation.customers, 'customer')}, formed by "
        + findings.listed(
            [in_sentence(segmentation.labels[f]) for f in segmentation.forming]
        )
        + "."
        if segmentation.is_kmeans
        else f"{counted(segmentation.customers, 'customer')} in "
        f"{counted(len(members), 'group')} by {in_sentence(segmentation.title)}."
    )
    return {
        "title": findings.overview_title(segmentation.segments, segmentation.measures),
        "lead": formed,
        "strips": strips(segmentation),
        "cards": [card(segmentation, row) for row in shown] if is_cards else [],
        "lines": []
        if is_cards
        else [
            {
                "name": row["segment_name"],
                "color": segmentation.color(row["segment_id"]),
                "customers": f"{row['customers']:,}",
                "share": percent(row["share"], 1),
                "width": round(100 * row["share"] / largest, 1),
                "measures": [
                    percent(row[f"{measure['name']}_share"], 1)
                    for measure in segmentation.measures
                ],
            }
            for row in shown[:MOST_GROUPS]
        ],
        "measures": [measure["label"] for measure in segmentation.measures],
        "rest": f"{counted(len(rest), 'smaller group')} with "
        f"{counted(sum(row['customers'] for row in rest), 'customer')}, "
        f"{percent(sum(row['share'] for row in rest), 1)}, are left out."
        if rest
        else "",
    }


# ---------------------------------------------------------------- segments


def scatter(segmentation: Segmentation, width=720, height=500) -> dict | None:
    """Return the points of a sample in the two most telling features."""
    points = segmentation.points
    if not points:
        return None
    by_quantile = {
        segmentation.forming[row["position"]]: row
        for row in segmentation.quantiles
        if row["segment_id"] is None
    }
    features = segmentation.points_axes
    left, right, top, bottom = 52, 12, 12, 44
    scales, jitter = [], []
    for axis, feature in zip("xy", features, strict=True):
        values = [point[axis] for point in points]
        distinct = by_quantile[feature]["distinct_values"]
        start, end = (
            (left, width - right) if axis == "x" else (height - bottom, top)
        )
        is_coarse = distinct <= 12
        scale = Scale(
            min(values),
            max(values),
            start,
            end,
            is_log=segmentation.transforms[feature] == "log",
            pad=0.5 / max(distinct - 1, 1) if is_coarse else 0.02,
        )
        scales.append(scale)
        jitter.append(0.36 * abs(end - start) / max(distinct, 2) if is_coarse else 0)
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
                "x": round(x(point["x"]) + 2 * jitter[0] * shift_x, 1),
                "y": round(y(point["y"]) + 2 * jitter[1] * shift_y, 1),
                "id": point["segment_id"],
                "color": segmentation.color(point["segment_id"]),
            }
        )
    labels = []
    for row in segmentation.members:
        own = [point for point in points if point["segment_id"] == row["segment_id"]]
        if not own:
            continue
        middle = [
            sorted(point[axis] for point in own)[len(own) // 2] for axis in "xy"
        ]
        text = shortened(row["segment_name"], 44)
        half = 3.7 * len(text)
        labels.append(
            {
                "x": min(max(x(middle[0]), left + half), width - right - half),
                "y": y(middle[1]),
                "text": text,
                "color": segmentation.color(row["segment_id"]),
                "width": 2 * half + 22,
            }
        )
    for label, place in zip(
        labels,
        spread([label["y"] for label in labels], 26, top + 14, height - bottom - 10),
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
        "x_title": segmentation.axis(features[0]),
        "y_title": segmentation.axis(features[1]),
        "x_ticks": [(x(tick), number(tick)) for tick in x.ticks(7)],
        "y_ticks": [(y(tick), number(tick)) for tick in y.ticks(6)],
        "note": " ".join(
            [
                "Every dot is a customer"
                + (
                    f" of a sample of {len(points):,}."
                    if len(points) < segmentation.customers
                    else "."
                ),
                *(["Dots are moved apart a little where values are few."]
                  if any(jitter) else []),
                *(["Steps on a log scale multiply."]
                  if any(scale.is_log for scale in scales) else []),
            ]
        ),
    }  # fmt: skip


def heat_map(segmentation: Segmentation) -> dict:
    """Return standard scores, segments by features, those that form them first."""
    rows = segmentation.members[:MOST_GROUPS]
    strength = defaultdict(float)
    for profile in segmentation.profiles:
        if profile["z_mean"] is not None:
            strength[profile["feature"]] = max(
                strength[profile["feature"]], abs(profile["z_mean"])
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
    """Return one standard score with its colour and the mean behind it."""
    z = profile["z_mean"] if profile else None
    return {
        "z": z,
        "text": signed(z),
        "color": diverging(z, 2.0),
        "hint": findings.value_against_all(profile) if profile else "",
    }


def distributions(segmentation: Segmentation, width=1180) -> list[dict]:
    """Return for every feature how its values lie in the segments, a few per row."""
    if not segmentation.quantiles:
        return []
    found = defaultdict(dict)
    for row in segmentation.quantiles:
        found[segmentation.forming[row["position"]]][row["segment_id"]] = row["quantiles"]
    features = [feature for feature, _ in segmentation.telling if feature in found]
    rows = [("All customers", None), *(
        (row["segment_name"], row["segment_id"]) for row in segmentation.members
    )]  # fmt: skip
    names, gap, step, top = 236, 28, 27, 8
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
                    "title": segmentation.axis(feature),
                    "start": start,
                    "end": start + panel,
                    "ticks": [(scale(tick), number(tick)) for tick in scale.ticks(4)],
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
                        "text": shortened(label, 38),
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
        "scatter": scatter(segmentation),
        "heat": heat_map(segmentation),
        "distributions": distributions(segmentation),
        "left_out": f"{counted(left_out, 'smaller group')} left out."
        if left_out > 0
        else "",
    }


def grouping_title(segmentation: Segmentation) -> str:
    """Say in which group the average lies farthest from that of all customers."""
    large = {
        row["segment_id"] for row in segmentation.members if row["share"] >= 0.02
    }
    rows = [
        row
        for row in segmentation.profiles
        if row["segment_id"] in large and row["z_mean"] is not None
    ]
    if not rows:
        return "How the groups differ"
    best = max(rows, key=lambda row: (abs(row["z_mean"]), row["segment_id"]))
    side = "above" if best["z_mean"] > 0 else "below"
    return (
        f"The widest gap among larger groups: {in_sentence(best['label'])} of "
        f"“{best['segment_name']}”, {number(abs(best['z_mean']), 2)} standard deviations "
        f"{side} average"
    )


# ---------------------------------------------------------------- choosing k


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
    width, height, left, right, top, bottom = 380, 250, 44, 20, 26, 34
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
                "text": number(row[column]),
                "is_chosen": row["is_chosen"],
            }
            for row in rows
            if row[column] is not None
        ]
        lines.append(
            {
                "label": label,
                "dots": dots,
                "path": "M" + "L".join(f"{dot['x']},{dot['y']}" for dot in dots),
            }
        )
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
        "lines": [line for line in lines if line["dots"]],
        "chosen": chosen,
        "chosen_x": x(chosen) if chosen is not None else None,
        "x_ticks": [(x(row["clusters"]), str(row["clusters"])) for row in rows],
        "y_ticks": [(y(tick), number(tick)) for tick in y.ticks(4)],
        "rule": rule and {"y": y(rule[0]), "text": rule[1]},
    }


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
                "How far customers are from their centre",
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
                    number(row["simplified_silhouette"]),
                    number(row["silhouette"]),
                    number(row["stability"]),
                    number(row["smallest_segment_stability"]),
                    percent(row["smallest_share"], 1),
                ],
                "reason": row["reason"],
            }
            for row in rows
        ],
        "assumptions": [
            {
                "name": row["assumption"].replace("_", " "),
                "status": row["status"],
                "text": row["explanation"],
            }
            for row in segmentation.assumptions
        ],
    }


# ---------------------------------------------------------------- movement


def sankey(segmentation: Segmentation, moves: list[dict], width=820) -> dict | None:
    """Return flows from segment to segment, causes added up."""
    flows = defaultdict(int)
    names = {}
    for row in moves:
        flows[row["from_segment_id"], row["to_segment_id"]] += row["customers"]
        names[row["from_segment_id"]] = row["from_segment_name"]
        names[row["to_segment_id"]] = row["to_segment_name"]
    if not flows:
        return None
    order = {name: place for place, name in enumerate(segmentation.ids)}

    def rank(name):
        return (order.get(name, len(order)), str(name))

    sources = sorted({source for source, _ in flows}, key=rank)
    targets = sorted({target for _, target in flows}, key=rank)
    total = sum(flows.values())
    rows = max(len(sources), len(targets))
    gap, top = 18, 8
    height = max(260, 50 * rows)
    unit = (height - 2 * top - gap * (rows - 1)) / total
    left, right, thick = 250, width - 250, 12

    def nodes(ids, x, side):
        size = {
            name: sum(n for flow, n in flows.items() if flow[side] == name) for name in ids
        }
        used = sum(size.values()) * unit + gap * (len(ids) - 1)
        y, placed = top + (height - 2 * top - used) / 2, {}
        for name in ids:
            placed[name] = {
                "x": x,
                "y": round(y, 1),
                "height": round(max(size[name] * unit, 1), 1),
                "middle": y + size[name] * unit / 2,
                "name": shortened(names[name], 34),
                "customers": size[name],
                "color": segmentation.color(name),
                "next": y,
            }
            y += size[name] * unit + gap
        for node, label in zip(
            placed.values(),
            spread([node["middle"] for node in placed.values()], 17, 10, height - 6),
            strict=True,
        ):
            node["label_y"] = label
        return placed

    start, end = nodes(sources, left, 0), nodes(targets, right - thick, 1)
    ribbons = []
    for source in sources:
        for target in targets:
            customers = flows.get((source, target))
            if not customers:
                continue
            one, other = start[source], end[target]
            thickness = customers * unit
            ribbons.append(
                {
                    "path": ribbon(
                        left + thick, one["next"], right - thick, other["next"], thickness
                    ),
                    "color": one["color"],
                    "customers": customers,
                    "hint": f"{one['name']} → {other['name']}: "
                    f"{counted(customers, 'customer')}",
                }
            )
            one["next"] += thickness
            other["next"] += thickness
    return {
        "width": width,
        "height": height,
        "thick": thick,
        "sources": list(start.values()),
        "targets": list(end.values()),
        "ribbons": ribbons,
    }


def movement(segmentation: Segmentation) -> dict:
    """Return the board of who moved, and whether the model still fits."""
    changes = [
        row
        for row in segmentation.migrations
        if row["cause"] in ("customer", "model", "both")
    ]
    last = max((row["moved_at"] for row in changes), default=None)
    moves = [row for row in changes if row["moved_at"] == last]
    builds = defaultdict(lambda: defaultdict(int))
    for row in segmentation.migrations:
        builds[row["moved_at"]][row["cause"]] += row["customers"]
    newest = sorted(builds, reverse=True)[:MOST_BUILDS]
    kinds = [
        ("customer", "customers changed", "#1d2433"),
        ("both", "both changed", "#7c8594"),
        ("model", "the model changed", "#b9c0ca"),
    ]
    most = max(
        (sum(builds[day][kind] for kind, *_ in kinds) for day in newest), default=0
    )
    drift = sorted(
        segmentation.drift,
        key=lambda row: -row["figure"] / (row["failure_threshold"] or 1),
    )
    return {
        "title": findings.movement_title(
            moves, segmentation.migrations, segmentation.customers
        ),
        "day": last and f"{last:%d %B %Y}".lstrip("0"),
        "sankey": sankey(segmentation, moves),
        "strips": strips(segmentation)[:1],
        "kinds": kinds,
        "builds": [
            {
                "day": f"{day:%d %b %Y, %H:%M}",
                "joined": builds[day]["joined"],
                "left": builds[day]["left"],
                "moved": sum(builds[day][kind] for kind, *_ in kinds),
                "parts": [
                    {
                        "width": round(100 * builds[day][kind] / most, 1),
                        "customers": builds[day][kind],
                        "label": label,
                        "color": color,
                    }
                    for kind, label, color in kinds
                    if most and builds[day][kind]
                ],
            }
            for day in newest
        ],
        "drift_title": findings.drift_title(drift, segmentation.labels) if drift else "",
        "drift": [drift_bar(row, segmentation.labels) for row in drift],
    }


def drift_bar(row: dict, labels: dict[str, str]) -> dict:
    """Return one figure of drift on a bar from 0 to beyond the failure threshold."""
    end = max(row["failure_threshold"], row["figure"], 1e-12) * 1.1
    subject = findings.drift_subject(row, labels)
    return {
        "label": subject[:1].upper() + subject[1:],
        "metric": row["metric"].replace("_", " "),
        "width": round(100 * max(row["figure"], 0) / end, 1),
        "warning": round(100 * row["warning_threshold"] / end, 1),
        "failure": round(100 * row["failure_threshold"] / end, 1),
        "figure": f"{row['figure']:.3f}".replace("-", "−"),
        "status": row["status"],
        "word": {"pass": "fits", "warn": "watch", "fail": "no longer fits"}[row["status"]],
        "advice": row["advice"],
    }


# ---------------------------------------------------------------- comparison


def comparison(segmentation: Segmentation) -> dict | None:
    """Return the board that holds the segments against other ways to divide."""
    rows = sorted(
        segmentation.comparison,
        key=lambda row: (-(row["variance_explained"] or 0), row["divided_by"]),
    )
    own = [
        row
        for row in rows
        if row["divided_by"] == segmentation.name and row["kind"] == "kmeans"
    ]
    matrices = overlap_matrices(segmentation)
    if not own and not matrices:
        return None
    today = [row for row in rows if row["kind"] in ("grouping", "attribute")]
    best = max(
        (row for row in today if row["variance_explained"] is not None),
        key=lambda row: (row["variance_explained"], row["divided_by"]),
        default=None,
    )
    return {
        "title": findings.comparison_title(own[0], today, in_sentence(segmentation.title))
        if own
        else f"How {in_sentence(segmentation.title)} relates to the other ways to divide",
        "rows": [
            {
                "name": title_case(row["divided_by"]),
                "kind": "these segments"
                if row in own
                else {
                    "kmeans": "other segments",
                    "grouping": "grouping of today",
                    "attribute": "attribute",
                }[row["kind"]],
                "is_own": row in own,
                "groups": row["groups"],
                "explained": percent(row["variance_explained"]),
                "width": round(100 * (row["variance_explained"] or 0), 1),
                "chance": round(100 * (row["explained_by_chance"] or 0), 1),
                "silhouette": number(row["simplified_silhouette"], 2),
            }
            for row in rows
        ],
        "effects": effects(segmentation, best),
        "best": best and title_case(best["divided_by"]),
        "matrices": matrices,
    }


def effects(segmentation: Segmentation, best: dict | None) -> list[dict]:
    """Return how much of each feature's variance the segments explain, and the best
    grouping of today.
    """
    if not segmentation.is_kmeans:
        return []
    against = {
        row["feature"]: row["eta_squared"]
        for row in segmentation.effects
        if best and (row["divided_by"], row["kind"]) == (best["divided_by"], best["kind"])
    }
    rows = [
        row
        for row in segmentation.effects
        if row["divided_by"] == segmentation.name
        and row["kind"] == "kmeans"
        and row["eta_squared"] is not None
    ]
    rows.sort(
        key=lambda row: (
            not row["forms_the_segments"],
            -row["eta_squared"],
            row["feature"],
        )
    )
    return [
        {
            "label": row["label"],
            "forms": row["forms_the_segments"],
            "own": round(100 * row["eta_squared"], 1),
            "other": None
            if against.get(row["feature"]) is None
            else round(100 * against[row["feature"]], 1),
            "text": percent(row["eta_squared"]),
        }
        for row in rows
    ]


def overlap_matrices(segmentation: Segmentation) -> list[dict]:
    """Return who is where in each other segmentation, the most similar one first."""
    order = sorted(
        segmentation.overlap,
        key=lambda other: (-segmentation.agreement.get(other, 0), other),
    )
    found = []
    for other in order:
        cells = segmentation.overlap[other]
        sizes, names = defaultdict(int), {}
        for (_, column), (_, _, row) in cells.items():
            sizes[column] += row["customers"]
            is_second = row["other_segmentation"] == other
            names[column] = row["other_segment_name" if is_second else "segment_name"]
        columns = sorted(
            sizes, key=lambda column: (column == "unassigned", -sizes[column], column)
        )
        shown = columns[:8]
        found.append(
            {
                "name": title_case(other),
                "columns": [shortened(names[column], 44) for column in shown],
                "left_out": len(columns) - len(shown),
                "rows": [
                    {
                        "name": row["segment_name"],
                        "color": segmentation.color(row["segment_id"]),
                        "cells": [
                            {
                                "text": percent(cells[row["segment_id"], column][0]),
                                "color": diverging(
                                    lift_score(cells[row["segment_id"], column]), 1.0
                                ),
                                "hint": counted(
                                    cells[row["segment_id"], column][2]["customers"],
                                    "customer",
                                )
                                + f", {number(cells[row['segment_id'], column][1], 2)} "
                                "times as many as by chance",
                            }
                            for column in shown
                        ],
                    }
                    for row in segmentation.members[:MOST_GROUPS]
                ],
            }
        )
    return found


def lift_score(cell: tuple) -> float:
    """Return -1..1 for from nobody over as by chance to three times as many and more.

    Few expected customers make no colour: a lift means little there.
    """
    _, lift, row = cell
    if row["expected_customers"] < 5:
        return 0.0
    return max(-1.0, lift - 1) if lift < 1 else min(1.0, (lift - 1) / 2)


# ---------------------------------------------------------------- exploration


def histograms(rows: list[dict], profiles: list[dict]) -> list[dict]:
    """Return a histogram per feature; a tail is a paler bar apart from the others."""
    width, height, bottom, top = 280, 150, 26, 14
    medians = {
        row["feature"]: row for row in profiles if row["stage"] == "raw"
    }
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
                "x": round(1 + index * step + (0.18 * step if row["is_tail"] else 0), 1),
                "width": round(max(step * (0.64 if row["is_tail"] else 1) - 1, 0.6), 1),
                "y": round(top + (height - bottom - top) * (1 - row["share"] / highest), 1),
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
            place = index if row["bin"] == body[0]["bin"] else index
            if (place - bins.index(body[0])) % every == 0:
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
    # neighbours are alike: start with what goes with most, go on with the nearest
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
                        else f"{value[feature, other]:.2f}".replace("-", "−"),
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
    """Return the board of the values themselves."""
    found = histograms(data["feature_histograms"], data["feature_profiles"])
    if not found:
        return None
    return {
        "title": findings.exploration_title(data["feature_correlations"]),
        "histograms": found,
        "correlations": correlation_matrix(data["feature_correlations"]),
    }


# ---------------------------------------------------------------- the report


def report(data: dict) -> dict:
    """Return all boards.

    Args:
        data: what `tables.read_all` returns.
    """
    found = []
    for name in data["segmentations"]:
        segmentation = Segmentation(name, data)
        segmentation.points_axes = data["axes"].get(name)
        found.append(
            {
                "name": name,
                "title": segmentation.title,
                "is_kmeans": segmentation.is_kmeans,
                "count": counted(len(segmentation.members), segmentation.plural()[:-1]),
                "overview": overview(segmentation),
                "segments": segments(segmentation),
                "choosing_k": choosing_k(segmentation),
                "movement": movement(segmentation),
                "comparison": comparison(segmentation),
            }
        )
    customers = max(
        sum(row["customers"] for row in data["segments"] if row["segmentation"] == name)
        for name in data["segmentations"]
    )
    ways = len(found)
    return {
        "title": f"{counted(customers, 'customer')}, "
        + ("one way" if ways == 1 else f"{word(ways).lower()} ways")
        + " to divide them",
        "as_of": f"{data['as_of']:%d %B %Y}".lstrip("0"),
        "segmentations": found,
        "exploration": exploration(data),
    }
