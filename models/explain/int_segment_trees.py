"""Learn small decision trees that predict the segment of a customer from raw values.

K-means divides customers by distances, which people cannot compute in their heads. A
tree predicts nearly the same segments by a few comparisons; segment_rule_bounds turns
it into rules. Trees are kept until the fit, the examples or the constants change.
"""

import hashlib
import json
import math
from collections.abc import Iterator
from decimal import ROUND_FLOOR, Decimal
from typing import NamedTuple

import numpy as np
from duckdb import DuckDBPyConnection, DuckDBPyRelation

SCHEMA = {
    "segmentation": "VARCHAR",
    "fit_id": "VARCHAR",
    "examples_fingerprint": "VARCHAR",
    "segment_id": "VARCHAR",
    "leaf": "INTEGER",
    "feature": "VARCHAR",
    "block": "VARCHAR",
    "position": "INTEGER",
    "lower_bound": "DOUBLE",
    "upper_bound": "DOUBLE",
}

# A tree has at most this many leaves per segment, so that rules stay short.
LEAVES_PER_SEGMENT = 2
# A smaller tree is preferred if its mean F1 score is at most this far below the best.
SIMPLER_TREE = 0.03
# A rounder threshold is preferred if it lowers the mean F1 score by at most this.
ROUNDER_THRESHOLD = 0.002
# All programs read a literal with up to 15 significant digits as the same number.
SIGNIFICANT_DIGITS = 15


class Node(NamedTuple):
    """A leaf with a segment, or a split into values below and not below a threshold.

    `low` and `high` are neighboring values of the examples. Every threshold above `low`
    and up to `high` splits the examples in the same way.
    """

    segment: int | None = None
    column: int = 0
    low: float = 0.0
    high: float = 0.0
    threshold: float = 0.0
    below: "Node | None" = None
    above: "Node | None" = None


def fingerprint(features: list[dict], examples: dict[str, np.ndarray]) -> str:
    """Hash the features, the examples and the constants that the bounds depend on.

    Args:
        features: the d rows of int_segmentation_features.
        examples: columns of int_segment_rule_examples, in a fixed order of the rows.
    """
    constants = (LEAVES_PER_SEGMENT, SIMPLER_TREE, ROUNDER_THRESHOLD)
    digest = hashlib.sha256("".join(map(repr, constants)).encode())
    for row in features:
        digest.update(repr((row["feature"], row["block"])).encode())
        digest.update(np.ascontiguousarray(examples[row["feature"]]).tobytes())
    digest.update(np.ascontiguousarray(examples["customers"]).tobytes())
    digest.update("\n".join(examples["segment_id"]).encode())
    return digest.hexdigest()[:12]


def mean_f1(predicted: np.ndarray, segments: np.ndarray, weights: np.ndarray) -> float:
    """Return the mean over segments of F1, the harmonic mean of precision and recall
    (van Rijsbergen, 1979). Small segments count as much as large ones.

    Args:
        predicted: (n,) segments by the tree.
        segments: (n,) segments 0..k-1, each of which occurs.
        weights: (n,) number of customers of each example.
    """
    size = segments.max() + 1
    hits = np.bincount(segments, weights * (predicted == segments), size)
    in_both = np.bincount(segments, weights, size)
    in_both += np.bincount(predicted, weights, size)
    return float((2 * hits / in_both).mean())


def grown(
    values: np.ndarray, segments: np.ndarray, weights: np.ndarray, leaves: int
) -> Node:
    """Return a tree of scikit-learn with at most the given number of leaves, grown by
    the best split at each step (CART; Breiman, Friedman, Olshen and Stone, 1984).

    The tree is fitted to ranks instead of values: the splits are the same, but are not
    affected by the single precision in which scikit-learn stores features.

    Args:
        values: (n, d) raw values.
        segments: (n,) segments 0..k-1.
        weights: (n,) number of customers of each example.
        leaves: largest number of leaves, at least 2.
    """
    from sklearn.tree import DecisionTreeClassifier

    distinct, ranks = zip(
        *(np.unique(column, return_inverse=True) for column in values.T), strict=True
    )
    # The seed decides between splits that are equally good.
    model = DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=0)
    tree = model.fit(np.column_stack(ranks), segments, sample_weight=weights).tree_

    def branch(index: int) -> Node:
        if tree.children_left[index] < 0:
            return Node(segment=int(model.classes_[tree.value[index][0].argmax()]))
        column = int(tree.feature[index])
        rank = math.floor(tree.threshold[index])
        low, high = distinct[column][rank : rank + 2].tolist()
        below = branch(tree.children_left[index])
        above = branch(tree.children_right[index])
        if below.segment is not None and below.segment == above.segment:
            return below
        return Node(None, column, low, high, high, below, above)

    return branch(0)


def predicted_segments(node: Node, values: np.ndarray) -> np.ndarray:
    """Return the (n,) segments that the tree predicts for (n, d) values."""
    if node.segment is not None:
        return np.full(len(values), node.segment)
    is_below = values[:, node.column] < node.threshold
    found = np.empty(len(values), dtype=int)
    found[is_below] = predicted_segments(node.below, values[is_below])
    found[~is_below] = predicted_segments(node.above, values[~is_below])
    return found


def simplest_tree(
    values: np.ndarray, segments: np.ndarray, weights: np.ndarray
) -> Node:
    """Return the smallest tree whose mean F1 is within SIMPLER_TREE of the best one;
    for the arguments see `grown`.
    """
    fewest = max(2, segments.max() + 1)
    sizes = range(fewest, LEAVES_PER_SEGMENT * fewest + 1)
    trees = [grown(values, segments, weights, leaves) for leaves in sizes]
    found = [predicted_segments(tree, values) for tree in trees]
    scores = np.array([mean_f1(each, segments, weights) for each in found])
    return trees[int((scores >= scores.max() - SIMPLER_TREE).argmax())]


def round_numbers(low: float, high: float) -> list[float]:
    """Return thresholds for a split between two values, the roundest first: multiples
    of 100, 50, 10, 5, 1, 0.5 and so on. The last one is above `low` and at most `high`,
    if a number with SIGNIFICANT_DIGITS digits lies there.
    """
    top, middle = Decimal(repr(high)), Decimal(repr((low + high) / 2))
    numbers = []
    place = math.ceil(math.log10(max(abs(low), abs(high))))
    for exponent in range(place, place - SIGNIFICANT_DIGITS - 1, -1):
        for factor in (5, 1):
            step = factor * Decimal(10) ** exponent
            exact = float((top / step).to_integral_value(ROUND_FLOOR) * step)
            if low < exact <= high:
                return [*numbers, exact]
            floor = (middle / step).to_integral_value(ROUND_FLOOR) * step
            nearest_first = sorted([floor, floor + step], key=lambda n: abs(n - middle))
            numbers += [float(number) for number in nearest_first]
    return numbers


def rounded(
    node: Node, values: np.ndarray, segments: np.ndarray, weights: np.ndarray
) -> Node:
    """Return the tree with rounder thresholds. Thresholds are rounded one by one, from
    the root down; each may lower the mean F1 by at most ROUNDER_THRESHOLD. For the
    other arguments see `grown`.
    """
    current = predicted_segments(node, values)

    def visit(node: Node, members: np.ndarray) -> Node:
        nonlocal current
        if node.segment is not None:
            return node
        mine = values[members]
        score = mean_f1(current, segments, weights)
        for threshold in round_numbers(node.low, node.high):
            is_below = mine[:, node.column] < threshold
            if is_below.all() or not is_below.any():
                continue
            candidate = node._replace(threshold=threshold)
            changed = current.copy()
            changed[members] = predicted_segments(candidate, mine)
            if mean_f1(changed, segments, weights) >= score - ROUNDER_THRESHOLD:
                current = changed
                return candidate._replace(
                    below=visit(node.below, members[is_below]),
                    above=visit(node.above, members[~is_below]),
                )
        # No round threshold splits the members: earlier rounding has moved all of them
        # to one side, or no short number lies between `low` and `high`.
        is_below = mine[:, node.column] < node.high
        return visit(node.below if is_below.any() else node.above, members)

    return visit(node, np.arange(len(values)))


def leaves(node: Node, box: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the segment and the box of each leaf. A box is a (2, d) array: row 0 has
    the lower bounds, which belong to it, row 1 the upper bounds, which do not.
    """
    if node.segment is not None:
        yield node.segment, box
        return
    below, above = box.copy(), box.copy()
    below[1, node.column] = above[0, node.column] = node.threshold
    yield from leaves(node.below, below)
    yield from leaves(node.above, above)


def leaf_rows(features: list[dict], examples: dict[str, np.ndarray]) -> list[dict]:
    """Return the leaves of the tree: one row per leaf and feature.

    Args:
        features: the d rows of int_segmentation_features, sorted by position.
        examples: columns of int_segment_rule_examples, in a fixed order of the rows.
    """
    from threadpoolctl import threadpool_limits

    values = np.column_stack([examples[row["feature"]] for row in features])
    weights = np.asarray(examples["customers"], dtype=float)
    ids, segments = np.unique(examples["segment_id"].astype(str), return_inverse=True)
    with threadpool_limits(1):
        tree = simplest_tree(values, segments, weights)
    tree = rounded(tree, values, segments, weights)
    everywhere = np.array([[-np.inf] * len(features), [np.inf] * len(features)])
    return [
        {
            "segment_id": str(ids[segment]),
            "leaf": leaf,
            "lower_bound": low if low > -math.inf else None,
            "upper_bound": high if high < math.inf else None,
        }
        | {name: row[name] for name in ("feature", "block", "position")}
        for leaf, (segment, box) in enumerate(leaves(tree, everywhere), start=1)
        for row, low, high in zip(features, *box.tolist(), strict=True)
    ]


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
    """Return one row per fit, leaf and feature. Rows of earlier fits are kept."""
    dbt.config(materialized="table")
    examples = dbt.ref("customer_segmentation", "int_segment_rule_examples")
    features = dbt.ref("customer_segmentation", "int_segmentation_features")
    features = records(features.order("position"))
    rows = earlier_rows(dbt, session)
    for segmentation in dict.fromkeys(row["segmentation"] for row in features):
        mine = [row for row in features if row["segmentation"] == segmentation]
        columns = ", ".join(f'"{row["feature"]}"' for row in mine)
        drawn = examples.filter(f"segmentation = '{segmentation}'")
        drawn = drawn.select(f"{columns}, segment_id, customers, fit_id")
        arrays = drawn.order(f"{columns}, segment_id").fetchnumpy()
        arrays = {name: np.asarray(array) for name, array in arrays.items()}
        if not len(arrays["customers"]):  # `dbt build --empty` keeps all rows
            continue
        key = {
            "segmentation": segmentation,
            "fit_id": str(arrays["fit_id"][0]),
            "examples_fingerprint": fingerprint(mine, arrays),
        }
        if any(row.items() >= key.items() for row in rows):
            continue
        rows = [row for row in rows if row["fit_id"] != key["fit_id"]]
        rows += [key | row for row in leaf_rows(mine, arrays)]
    return as_relation(session, rows)
