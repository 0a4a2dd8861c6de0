"""The board that introduces the segments with a card for each."""

import findings
from drawing import counted, percent, word
from words import in_sentence, times, value_against_all

from boards.reach import reach
from boards.segmentation import MOST_GROUPS, Segmentation
from boards.sizes import strip_part

MOST_CARDS = 12  # above this number of groups, a table replaces the cards
MOST_CARD_FEATURES = 4
TYPICALLY = {"median": "typically ", "mean": "on average ", "share": ""}


def strips(segmentation: Segmentation) -> list[dict]:
    """Return bars of 100 %: the customers, and each measure without negative or missing
    shares.
    """
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
                strip_part(
                    segmentation, row["segment_id"], row["segment_name"], row[column]
                )
                for row in shown
                if row[column] > 0
            ],
        }
        for label, column in rows
    ]


def card(segmentation: Segmentation, row: dict) -> dict:
    """Return the contents of the card of one segment."""
    name = row["segment_id"]
    best = segmentation.told(name)
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
                "ratio": times(ratio),
                "mean": TYPICALLY[profile["typical_is"]] + value_against_all(profile),
            }
        )
    return {
        "id": name,
        "name": row["segment_name"],
        "color": segmentation.color(name),
        "customers": counted(row["customers"], "customer"),
        "share": percent(row["share"], 1),
        "sentence": segmentation.sentence(name)
        if segmentation.is_kmeans and name != "unassigned"
        else row["description"],
        "description": row["description"],
        "features": [
            {
                "label": profile["label"],
                "value": profile["typical_text"],
                "average": profile["typical_text_of_all"],
                "z": profile["deviation"],
                "left": round(50 + min(0, max(profile["deviation"], -2)) * 25, 1),
                "width": round(min(abs(profile["deviation"]), 2) * 25, 1),
            }
            for profile in best[: 0 if name == "unassigned" else MOST_CARD_FEATURES]
        ],
        "measures": measures,
        "rule": rule
        and rule["precision"] is not None
        and {
            "text": rule["rule"],
            "sql": rule["predicate"],
            "precision": percent(rule["precision"]),
            "recall": percent(rule["recall"]),
            "by_attributes": rule["reach"],
        },
        "reach": reach(segmentation, name),
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
    title, chance = findings.overview_title(
        segmentation.segments,
        segmentation.measures,
        segmentation.profile,
        segmentation.plural()[:-1],
    )
    return {
        "title": title,
        "chance": chance,
        "lead": formed,
        "strips": strips(segmentation),
        "cards": [card(segmentation, row) for row in shown] if is_cards else [],
        "title_lines": 2 if any(len(row["segment_name"]) > 26 for row in shown) else 1,
        "columns": 4 if len(shown) in (4, 7, 8, 10, 11, 12) else 3,
        "lines": []
        if is_cards
        else [
            {
                "id": row["segment_id"],
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
