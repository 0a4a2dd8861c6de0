"""The board on customers who moved, and on whether the model still fits."""

from collections import defaultdict

import findings
from drawing import counted, ribbon, shortened, spread

from boards.segmentation import Segmentation
from boards.sizes import size_table, sizes

MOST_BUILDS = 10


def sankey(segmentation: Segmentation, moves: list[dict], width=820) -> dict | None:
    """Return the flows from segment to segment, summed over causes."""
    flows = defaultdict(int)
    names = {}
    for row in moves:
        flows[row["from_segment_id"], row["to_segment_id"]] += row["customers"]
        names[row["from_segment_id"]] = row["from_segment_name"]
        names[row["to_segment_id"]] = row["to_segment_name"]
    if not flows:
        return None
    sources = segmentation.ordered({source for source, _ in flows})
    targets = segmentation.ordered({target for _, target in flows})
    total = sum(flows.values())
    rows = max(len(sources), len(targets))
    gap, top = 18, 8
    height = max(260, 50 * rows)
    unit = (height - 2 * top - gap * (rows - 1)) / total
    left, right, thick = 250, width - 250, 12

    def nodes(ids, x, side):
        size = {
            name: sum(n for flow, n in flows.items() if flow[side] == name)
            for name in ids
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
                        left + thick,
                        one["next"],
                        right - thick,
                        other["next"],
                        thickness,
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
    """Return the board on customers who moved, and on whether the model still fits."""
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
    bars = sizes(segmentation)
    return {
        "title": findings.movement_title(
            moves, segmentation.migrations, segmentation.customers
        ),
        "lead": findings.movement_lead(moves),
        "day": last and f"{last:%d %B %Y, %H:%M} UTC".lstrip("0"),
        "sankey": sankey(segmentation, moves),
        "sizes": bars,
        "size_table": size_table(segmentation, bars),
        "kinds": kinds,
        "builds": [
            {
                "day": f"{day:%d %b %Y, %H:%M}",
                "joined": builds[day]["joined"],
                "left": builds[day]["left"] + builds[day]["removed"],
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
        "drift_title": findings.drift_title(drift, segmentation.labels)
        if drift
        else "",
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
        "word": {"pass": "fits", "warn": "watch", "fail": "no longer fits"}[
            row["status"]
        ],
        "advice": row["advice"],
    }
