"""The numbers that the script of the page needs to assign a customer to a segment."""

import json
import re
from collections import defaultdict

from database import Database, quote


def scoring_models(database: Database, tables: dict, quantiles: dict) -> dict:
    """Return the published numbers of every fit that scores, by segmentation.

    Args:
        database: the built database.
        tables: rows by table.
        quantiles: rows of the query segment_quantiles by segmentation.

    Returns:
        For each segmentation with a scoring function: its features in order, with the
        parameters that prepare a value; a list of centroids with their coordinates; the
        ids of the segments.
    """
    centroids = defaultdict(dict)
    ids = defaultdict(dict)
    for row in tables["segmentation_fit_centroids"]:
        if row["is_champion"]:
            place = (row["segment_index"], row["feature"])
            centroids[row["segmentation"]][place] = row["centroid"]
            ids[row["segmentation"]][row["segment_index"]] = row["segment_id"]
    fitted = defaultdict(list)
    for row in tables["segmentation_fit_features"]:
        if row["is_champion"]:
            fitted[row["segmentation"]].append(row)
    models = {}
    for function in tables["scoring_functions"]:
        name = function["segmentation"]
        ranges = {
            row["position"]: row for row in quantiles.get(name, []) if row["is_total"]
        }
        arguments = json.loads(f"[{function['arguments']}]")
        features = [
            {
                **{key: row[key] for key in ("feature", "transform", "center")},
                **{key: row[key] for key in ("scale", "weight", "imputed_value")},
                **{key: row[key] for key in ("lower_bound", "upper_bound")},
                "block": argument_of(row["feature"], arguments),
                "range": ranges.get(row["position"]),
            }
            for row in sorted(fitted[name], key=lambda row: row["position"])
        ]
        if not features or any(feature["range"] is None for feature in features):
            continue
        when_missing = answers_to_nothing(database, function, features)
        read_categories(function["expression"], features)
        models[name] = {
            "function": function["function_name"],
            "features": [
                {**feature, "when_missing": when_missing[feature["block"]]}
                for feature in features
            ],
            "ids": [ids[name][index] for index in sorted(ids[name])],
            "centroids": [
                [centroids[name][index, feature["feature"]] for feature in features]
                for index in sorted(ids[name])
            ],
        }
    return models


def argument_of(feature: str, arguments: list[str]) -> str:
    """Return the argument of the scoring function for a feature. The column of a
    category begins with the name of its argument.
    """
    if feature in arguments:
        return feature
    return max((a for a in arguments if feature.startswith(f"{a}_")), key=len)


def answers_to_nothing(database: Database, function: dict, features: list) -> dict:
    """Return the answers of the published SQL if one argument is missing.

    Returns:
        By argument: reject, unassigned, or fill.
    """
    values = {}
    for feature in features:
        is_number = feature["block"] == feature["feature"]
        values[feature["block"]] = (
            f"cast({feature['range']['quantiles'][2]!r} as double)"
            if is_number
            else "'a text'"
        )
    answers = {}
    for missing in values:
        arguments = ", ".join(
            f"{'null' if block == missing else value} as {quote(block)}"
            for block, value in values.items()
        )
        ((answer,),) = database.connection.execute(
            f"select ({function['expression']}) from (select {arguments})"
        ).fetchall()
        answers[missing] = (
            "reject"
            if answer is None
            else "unassigned"
            if answer["segment_id"] == "unassigned"
            else "fill"
        )
    return answers


def read_categories(expression: str, features: list[dict]) -> None:
    """Add to each category its text and its imputed value. Both are read from the
    published SQL, in the order of the columns.
    """
    pattern = r"then (null|0|1)\s+when trim\([^=]*\)\s*= '((?:[^']|'')*)'\s*then 1"
    found = re.findall(pattern, expression)
    columns = [f for f in features if f["block"] != f["feature"]]
    for feature, (filled, category) in zip(columns, found, strict=False):
        feature["category"] = category.replace("''", "'")
        feature["imputed_value"] = None if filled == "null" else int(filled)
