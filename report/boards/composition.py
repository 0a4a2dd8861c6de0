"""The board of attributes: who the customers of each segment are."""

from collections import defaultdict

from chance import interval_of_share
from drawing import percent
from findings import chance_of
from words import in_sentence, quoted

from boards.matrix import MOST_COLUMNS, MOST_ROWS, cell, left_out, residual
from boards.segmentation import Segmentation

# The title names a residual only above this value. Among hundreds of cells, chance
# often makes a residual of 3, but hardly ever one of 4.
BEYOND_CHANCE = 4.0


def composition(segmentation: Segmentation) -> dict | None:
    """Return, for every attribute, the shares of its values in each segment."""
    by_attribute = defaultdict(dict)
    for row in segmentation.composition:
        by_attribute[row["attribute"]][row["segment_id"], row["value"]] = row
    # Leaves out the attribute that forms the groups, because it says nothing new about
    # them.
    by_attribute.pop(segmentation.name, None)
    tables = [table(segmentation, rows) for _, rows in sorted(by_attribute.items())]
    if not tables:
        return None
    text, chance = title(tables, segmentation.plural())
    return {"title": text, "chance": chance, "tables": tables}


def table(segmentation: Segmentation, rows: dict) -> dict:
    """Return the matrix of one attribute: a line per segment, a column per value.

    Args:
        segmentation: the segmentation.
        rows: rows of segment_composition by segment and value.
    """
    everybody = {value: row for (name, value), row in rows.items() if name == "all"}
    values = sorted(everybody, key=lambda value: (-everybody[value]["share"], value))
    shown = values[:MOST_COLUMNS]
    if all(value[:1].isdigit() for value in shown):  # bands, such as 25-34
        shown.sort()
    lines = []
    for segment in segmentation.members[:MOST_ROWS]:
        found = [rows.get((segment["segment_id"], value)) for value in shown]
        lines.append(
            {
                "id": segment["segment_id"],
                "name": segment["segment_name"],
                "customers": segment["customers"],
                "color": segmentation.color(segment["segment_id"]),
                "cells": [
                    {
                        **cell(
                            row["share"] if row else 0.0,
                            row["customers"] if row else 0,
                            everybody[value]["share"] * segment["customers"],
                        ),
                        "expected": everybody[value]["share"] * segment["customers"],
                        "customers": row["customers"] if row else 0,
                    }
                    for row, value in zip(found, shown, strict=True)
                ],
            }
        )
    return {
        "name": next(iter(rows.values()))["label"],
        "columns": shown,
        "rows": lines,
        "all": [percent(everybody[value]["share"]) for value in shown],
        "shares": [everybody[value]["share"] for value in shown],
        "left_out": left_out(
            len(segmentation.members) - MOST_ROWS, len(values) - MOST_COLUMNS
        ),
    }


def title(tables: list[dict], noun: str) -> tuple[str, str]:
    """Say the difference that chance explains least, if there is one, and the interval
    of its share.
    """
    strongest, text = BEYOND_CHANCE, f"Who they are hardly differs between the {noun}"
    chance = ""
    for one in tables:
        for line in one["rows"]:
            for value, share, found in zip(
                one["columns"], one["shares"], line["cells"], strict=True
            ):
                if not found["expected"]:
                    continue
                score = residual(found["customers"], found["expected"])
                if score > strongest:
                    strongest = score
                    text = (
                        f"{percent(found['share'])} of {quoted(line['name'])} have "
                        f"{in_sentence(one['name'])} {quoted(value)}; of all "
                        f"customers, {percent(share)}"
                    )
                    chance = chance_of(
                        found["share"],
                        interval_of_share(found["share"], line["customers"]),
                    )
    return text, chance
