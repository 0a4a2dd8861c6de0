"""The board that finds the segment of a customer whom the user describes."""

from drawing import number

from boards.segmentation import Segmentation


def trial(segmentation: Segmentation) -> dict | None:
    """Return the inputs, and the numbers that the script needs for an answer."""
    model = segmentation.scoring
    if model is None:
        return None
    blocks: dict[str, list] = {}
    for feature in model["features"]:
        blocks.setdefault(feature["block"], []).append(feature)
    return {
        "title": "Which segment would this customer be in?",
        "function": model["function"],
        "inputs": [
            number_input(segmentation, features[0])
            if features[0]["feature"] == block
            else choice(segmentation, block, features)
            for block, features in blocks.items()
        ],
        "model": {
            "features": [
                {key: value for key, value in feature.items() if key != "range"}
                for feature in model["features"]
            ],
            "centroids": model["centroids"],
            "segments": [
                {
                    "id": name,
                    "name": segmentation.names.get(name, name),
                    "color": segmentation.color(name),
                }
                for name in model["ids"]
            ],
        },
    }


def number_input(segmentation: Segmentation, feature: dict) -> dict:
    """Return a slider from the lowest to the highest value that a customer has."""
    found = feature["range"]
    median = found["quantiles"][2]
    step = 1 if found["is_whole"] else "any"
    return {
        "block": feature["block"],
        "label": segmentation.labels[feature["feature"]],
        "unit": segmentation.units[feature["feature"]],
        "minimum": plain(found["minimum"]),
        "maximum": plain(found["maximum"]),
        "low": number(found["minimum"]),
        "high": number(found["maximum"]),
        "value": plain(round(median) if found["is_whole"] else median),
        "step": step,
        "when_missing": feature["when_missing"],
    }


def plain(value: float) -> str:
    """Write a number with all its digits, as HTML and JSON do."""
    return repr(int(value)) if value == int(value) else repr(value)


def choice(segmentation: Segmentation, block: str, features: list[dict]) -> dict:
    """Return the categories of a feature to choose from."""
    return {
        "block": block,
        "label": block.replace("_", " ").capitalize(),
        "unit": "",
        "options": [
            {"feature": feature["feature"], "text": feature["category"]}
            for feature in features
        ],
    }
