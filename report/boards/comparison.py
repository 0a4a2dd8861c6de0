"""The board that compares the segments with other groupings."""

from collections import defaultdict

import findings
from drawing import number, percent, shortened
from words import in_sentence, title_case

from boards.matrix import MOST_COLUMNS, MOST_ROWS, cell, left_out
from boards.segmentation import Segmentation


def comparison(segmentation: Segmentation) -> dict | None:
    """Return the board that compares the segments with other groupings."""
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
        "title": findings.comparison_title(
            own[0],
            today,
            in_sentence(segmentation.title),
            segmentation.counted_features(),
        )
        if own
        else findings.agreement_title(segmentation.title, segmentation.agreement),
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
    """Return the share of each feature's variance that the segments explain, and the
    share that the best existing grouping explains.
    """
    if not segmentation.is_kmeans:
        return []
    against = {
        row["feature"]: row["eta_squared"]
        for row in segmentation.effects
        if best
        and (row["divided_by"], row["kind"]) == (best["divided_by"], best["kind"])
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
            "other_text": percent(against.get(row["feature"])),
        }
        for row in rows
    ]


def overlap_matrices(segmentation: Segmentation) -> list[dict]:
    """Return a matrix of overlaps with each other segmentation, the most similar one
    first.
    """
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
        shown = columns[:MOST_COLUMNS]
        found.append(
            {
                "name": title_case(other),
                "columns": [shortened(names[column], 44) for column in shown],
                "left_out": left_out(
                    len(segmentation.members) - MOST_ROWS, len(columns) - MOST_COLUMNS
                ),
                "rows": [
                    {
                        "name": row["segment_name"],
                        "color": segmentation.color(row["segment_id"]),
                        "id": row["segment_id"],
                        "cells": [
                            overlap_cell(cells[row["segment_id"], column])
                            for column in shown
                        ],
                    }
                    for row in segmentation.members[:MOST_ROWS]
                ],
            }
        )
    return found


def overlap_cell(entry: tuple) -> dict:
    """Return the cell of a share, its lift and its row of segment_overlap."""
    share, _, row = entry
    return cell(share, row["customers"], row["expected_customers"])
