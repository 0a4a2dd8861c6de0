"""Describe each segment by a rule: bounds of features in their own units.

The leaves of a tree (int_segment_trees) are boxes. The boxes of a segment are joined,
and bounds that are not needed are removed; the remaining boxes are the rule. SQL writes
the bounds as text and measures the rule on all customers. Rows are kept while their
tree is the same.
"""

import json
import math

import numpy as np
from duckdb import DuckDBPyConnection, DuckDBPyRelation

SCHEMA = {
    "segmentation": "VARCHAR",
    "fit_id": "VARCHAR",
    "examples_fingerprint": "VARCHAR",
    "segment_id": "VARCHAR",
    "leaf": "INTEGER",
    "feature": "VARCHAR",
    "lower_bound": "DOUBLE",
    "upper_bound": "DOUBLE",
}


def is_within(inner: np.ndarray, outer: np.ndarray) -> bool:
    """Return whether a box lies within another one."""
    return bool((inner[0] >= outer[0]).all() and (inner[1] <= outer[1]).all())


def widened(box: np.ndarray, others: list[np.ndarray]) -> np.ndarray:
    """Return the box without the bounds that are not needed: the space beyond such a
    bound lies in another box.
    """
    box = box.copy()
    for side, column in zip(*np.nonzero(np.isfinite(box)), strict=True):
        bound = box[side, column]
        box[side, column] = -np.inf if side == 0 else np.inf
        beyond = box.copy()
        beyond[1 - side, column] = bound
        if not any(is_within(beyond, other) for other in others):
            box[side, column] = bound
    return box


def joined(boxes: list[np.ndarray]) -> list[np.ndarray]:
    """Return the boxes after merging those that lie side by side or within others."""
    found = []
    for box in boxes:
        for index, other in enumerate(found):
            differing = (box != other).any(axis=0).sum()
            hull = np.array([np.minimum(box, other)[0], np.maximum(box, other)[1]])
            overlap = np.array([np.maximum(box, other)[0], np.minimum(box, other)[1]])
            if (differing <= 1 and (overlap[0] <= overlap[1]).all()) or any(
                np.array_equal(hull, whole) for whole in (box, other)
            ):
                found[index] = hull
                break
        else:
            found.append(box)
    return found


def simplified(boxes: list[np.ndarray]) -> list[np.ndarray]:
    """Return boxes that cover the same space as the given ones with fewer bounds.

    Args:
        boxes: (2, d) bounds.
    """
    boxes = list(boxes)
    before = None
    while before != [box.tolist() for box in boxes]:
        before = [box.tolist() for box in boxes]
        for index, box in enumerate(boxes):
            boxes[index] = widened(box, boxes[:index] + boxes[index + 1 :])
        boxes = joined(boxes)
    return boxes


def without_implied(box: np.ndarray, blocks: list[str]) -> np.ndarray:
    """Return the box without bounds that follow from another bound: a customer who has
    one category of a column has none of its other categories.

    Args:
        box: (2, d) bounds.
        blocks: d names, equal for all categories of one column.
    """
    box = box.copy()
    for column, block in enumerate(blocks):
        others = [i for i in range(len(blocks)) if blocks[i] == block and i != column]
        if box[0, column] > -np.inf:
            box[1, others] = np.inf
    return box


def boxes_by_segment(leaves: list[dict]) -> dict[str, list[np.ndarray]]:
    """Return the leaves of a segmentation as boxes, by segment. A box is a (2, d)
    array: row 0 has the lower bounds, which belong to the box, row 1 the upper bounds,
    which do not.

    Args:
        leaves: rows of int_segment_trees, sorted by leaf and position.
    """
    bounds = {}
    for row in leaves:
        low, high = row["lower_bound"], row["upper_bound"]
        bounds.setdefault((row["segment_id"], row["leaf"]), []).append(
            (-math.inf if low is None else low, math.inf if high is None else high)
        )
    boxes = {}
    for (segment_id, _), box in bounds.items():
        boxes.setdefault(segment_id, []).append(np.array(box).T)
    return boxes


def rule_rows(leaves: list[dict], examples: dict[str, np.ndarray]) -> list[dict]:
    """Return the bounds of all rules: one row per box and feature. The boxes of a
    segment are numbered as leaves from 1; the box with the most customers comes first.

    Args:
        leaves: rows of int_segment_trees, sorted by leaf and position.
        examples: columns of int_segment_rule_examples.
    """
    blocks = {row["feature"]: row["block"] for row in leaves}
    values = np.column_stack([examples[feature] for feature in blocks])
    weights = np.asarray(examples["customers"], dtype=float)

    def customers(box: np.ndarray) -> float:
        is_inside = ((values >= box[0]) & (values < box[1])).all(axis=1)
        return float(weights[is_inside].sum())

    rows = []
    for segment_id, boxes in sorted(boxes_by_segment(leaves).items()):
        largest_first = sorted(
            simplified(boxes), key=lambda box: (-customers(box), box.tolist())
        )
        for leaf, box in enumerate(largest_first, start=1):
            bounds = without_implied(box, list(blocks.values()))
            for feature, low, high in zip(blocks, *bounds.tolist(), strict=True):
                rows.append(
                    {
                        "segment_id": segment_id,
                        "leaf": leaf,
                        "feature": feature,
                        "lower_bound": low if low > -math.inf else None,
                        "upper_bound": high if high < math.inf else None,
                    }
                )
    return rows


def as_relation(session: DuckDBPyConnection, rows: list[dict]) -> DuckDBPyRelation:
    """Return the rows as a relation with the types of SCHEMA, also when empty."""
    return session.sql(
        "select line.* from (select unnest(from_json("
        f"'{json.dumps(rows)}', '{json.dumps([SCHEMA])}')) as line)"
    )


def records(relation: DuckDBPyRelation) -> list[dict]:
    """Return a small relation as a list of dictionaries."""
    names = relation.columns
    return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]


def earlier_rows(dbt, session: DuckDBPyConnection) -> list[dict]:
    """Return the rows that the previous build wrote for this model."""
    this = (dbt.this.database, dbt.this.schema, dbt.this.identifier)
    names = "(table_catalog, table_schema, table_name)"
    found = session.sql("from information_schema.tables").filter(f"{names} = {this}")
    earlier = f"select * from {dbt.this}"
    return records(session.sql(earlier)) if found.fetchall() else []


def model(dbt, session: DuckDBPyConnection) -> DuckDBPyRelation:
    """Return one row per fit, segment, leaf and feature. Rows of earlier fits are kept,
    so that nothing is computed again if an earlier fit becomes the champion.
    """
    dbt.config(materialized="table")
    examples = dbt.ref("customer_segmentation", "int_segment_rule_examples")
    trees = records(
        dbt.ref("customer_segmentation", "int_segment_trees").order(
            "fit_id, leaf, position"
        )
    )
    rows = earlier_rows(dbt, session)
    known = {(row["fit_id"], row["examples_fingerprint"]) for row in rows}
    learned = {}
    for row in trees:
        learned.setdefault((row["fit_id"], row["examples_fingerprint"]), []).append(row)
    for key in learned.keys() - known:
        leaves, (fit_id, _) = learned[key], key
        arrays = examples.filter(f"fit_id = '{fit_id}'").fetchnumpy()
        arrays = {name: np.asarray(array) for name, array in arrays.items()}
        same = {name: leaves[0][name] for name in tuple(SCHEMA)[:3]}
        rows = [row for row in rows if row["fit_id"] != fit_id]
        rows += [same | row for row in rule_rows(leaves, arrays)]
    return as_relation(session, rows)
