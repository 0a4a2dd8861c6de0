"""Read every name, description and card as a person would, and compare it with values
that are computed again from the customers.
"""

import re
from pathlib import Path

import numpy as np
from boards.overview import card
from boards.segmentation import Segmentation
from project import Project
from tables import read_all

SAID = {
    "high": ("high", "very high"),
    "low": ("low", "very low"),
    "average": ("about average",),
}


# How the sentence on a card describes a value, at the beginning or at the end of a
# phrase.
BEGINS = "(?i)(?P<said>highest|lowest|high|low)(?: of all)? in (?P<labels>.+)"
ENDS = {
    **{"most often": "highest", "least often": "lowest"},
    **{"more often": "high", "less often": "low"},
    **{"longest ago": "highest", "most recent": "lowest"},
    **{"longer ago": "high", "more recent": "low"},
}
ENDING = f"(?P<labels>.+) (?P<said>{'|'.join(ENDS)})(?: of all)?"


def figure(text: str) -> float:
    """Return the number at the beginning of a text such as 1,224 EUR or 97 %."""
    return float(re.match(r"[-−]?[\d,.]+(e-?\d+)?", text)[0].replace(",", ""))


def typical_values(project: Project, board: Segmentation) -> dict:
    """Return the mean, median or share of each column by segment, and by None for all
    customers.
    """
    kinds = {row["feature"]: row["typical_is"] for row in board.profiles}
    columns = ", ".join(
        f'{"median" if kind == "median" else "avg"}("{feature}")'
        for feature, kind in kinds.items()
    )
    rows = project.query(
        f"""
        select segment_id, {columns} from customer_segments
        inner join customer_features using (customer_id)
        where segmentation = '{board.name}' group by 1
        union all
        select null, {columns} from customer_features
        """
    )
    return {
        (segment_id, feature): value
        for segment_id, *values in rows
        for feature, value in zip(kinds, values, strict=True)
    }


def of_profile(row: dict, values: dict) -> list[str]:
    """Return what is wrong with a row of segment_profiles."""
    found = []
    value = values[row["segment_id"], row["feature"]]
    of_all = values[None, row["feature"]]
    if value is None:
        return found
    if not np.allclose([row["typical_value"], row["typical_of_all"]], [value, of_all]):
        found.append(f"typical {row['typical_value']}, of the customers {value}")
    text, unit = row["typical_text"], row["unit"]
    if row["typical_is"] == "share":
        if not text.endswith(" %"):
            found.append(f"a share as {text}")
        elif (
            abs(figure(text.removeprefix("under ").removeprefix("over ")) / 100 - value)
            > 0.006
        ):
            found.append(f"{text} of a share of {value}")
    elif not np.isclose(figure(text), value, rtol=0.006) or not text.endswith(unit):
        found.append(f"{text} of a value of {value}")
    words, difference = row["judgement"], value - of_all
    if ("high" in words and difference <= 0) or ("low" in words and difference >= 0):
        found.append(f"{words}, but {value} against {of_all}")
    has_ratio = row["population_minimum"] >= 0 and of_all > 0
    ratio = value / of_all if has_ratio else 1.0
    if words == "about average" and not 0.665 < ratio < 1.505:
        found.append(f"{words} at an index of {100 * ratio:.0f}")
    is_near = 0.8 < ratio < 1.25 and row["typical_is"] == "mean"
    if words in ("low", "high") and is_near and abs(row["z_mean"]) < 0.5:
        found.append(f"{words} at {row['z_mean']:.2f} standard deviations")
    if words == "unclear" and row["typical_is"] != "median":
        errors = abs(row["z_mean"]) / np.sqrt(
            1 / row["values"] - 1 / row["population_values"]
        )
        if errors > 3.001:
            found.append(f"unclear at {errors:.1f} standard errors")
    return found


def of_description(text: str, rows: list[dict], forming: list[str]) -> list[str]:
    """Return what is wrong with the description of a segment."""
    if text.startswith("Too few customers"):
        judged = {row["judgement"] for row in rows if row["feature"] in forming}
        return [] if judged == {"unclear"} else [f"too few to tell, but {judged}"]
    start, _, rest = text.removesuffix(".").partition(": ")
    phrases = re.split(r", (?=[^\d])", rest)
    found = [f"{len(phrases)} phrases"] if len(phrases) > 5 else []
    by_label = {
        f"{row['label'].lower()} {row['typical_text'].lower()}": row
        for row in rows
        if row["feature"] in forming and row["typical_text"]
    }
    for phrase in phrases:
        said, _, judged = phrase.removesuffix(")").partition(" (")
        row = by_label.get(said.lower())
        if row is None:
            found.append(f"{phrase} is in no profile")
        elif judged.startswith("all "):
            if judged != f"all {row['typical_text_of_all']}":
                found.append(f"{phrase}, of all {row['typical_text_of_all']}")
        elif judged != row["judgement"] and start != "Average customers":
            found.append(f"{phrase}, but {row['judgement']}")
        elif start == "Average customers" and row["judgement"] != "about average":
            found.append(f"{phrase} of average customers is {row['judgement']}")
    return found


def of_name(
    segment: dict, rows: list[dict], vocabulary: dict, outdated: bool
) -> list[str]:
    """Return what is wrong with the name of a segment.

    Args:
        segment: a row of segments.
        rows: the segment's rows of segment_profiles.
        vocabulary: feature and side of each word that occurs in names.
        outdated: whether the build marks the name as outdated.
    """
    profile = {row["feature"]: row for row in rows}
    name = re.sub(rf" \({segment['segment_id']}\)$", "", segment["segment_name"])
    if outdated or name == "Average customers":
        return []
    found = []
    for word in name.split(", "):
        if word.lower() not in vocabulary:
            found.append(f"nobody knows the word {word}")
            continue
        feature, side = vocabulary[word.lower()]
        row = profile[feature]
        if (
            row["typical_is"] == "share"
            and side == "high"
            and row["typical_value"] < 0.4
        ):
            found.append(f"{word} at {row['typical_text']}")
        # A name that a segment already has stays until the deviation has halved.
        slack = {"high": row["deviation"] >= 0.25, "low": row["deviation"] <= -0.25}
        if not slack.get(side, abs(row["deviation"]) < 0.75):
            found.append(f"{word}, but {row['judgement']}: {row['typical_text']}")
    return found


def of_card(shown: dict, rows: list[dict]) -> list[str]:
    """Return what is wrong with a card of the report."""
    by_label = {row["label"]: row for row in rows}
    found = []
    for line in shown["features"]:
        row = by_label[line["label"]]
        if line["value"] != row["typical_text"]:
            found.append(f"the card says {line['value']}, not {row['typical_text']}")
        if line["z"] * (row["typical_value"] - row["typical_of_all"]) < 0:
            found.append(f"the bar of {line['label']} lies on the other side")
    for part in re.split("; ", shown["sentence"].removesuffix(".")):
        phrase = re.fullmatch(BEGINS, part) or re.fullmatch(ENDING, part)
        if not phrase:
            continue
        said = phrase["said"].lower()
        said = ENDS.get(said, said)
        for label in re.split(", | and ", phrase["labels"]):
            row = next(row for row in rows if row["label"].lower() == label.lower())
            if said.removesuffix("est") not in row["judgement"]:
                found.append(f"{part}, but {label} is {row['judgement']}")
            if said in ("highest", "lowest") and not row[said]:
                found.append(f"{part}: another segment is farther out in {label}")
    if shown["sentence"].startswith("Close to the average") and any(
        row["judgement"] != "about average" for row in rows if row["forms"]
    ):
        found.append(shown["sentence"])
    return found


def words_of(features: dict) -> dict:
    """Return the feature and side of each word that occurs in names of segments."""
    vocabulary = {}
    for name, given in features.items():
        label = given.get("label", name.replace("_", " ").capitalize())
        label = label if label[1:2].isupper() else label[:1].lower() + label[1:]
        words = given.get("words", {})
        for category in given.get("categories", []):
            column = f"{name}_{re.sub('[^a-z0-9]+', '_', category.lower()).strip('_')}"
            vocabulary[f"{label} {category}".lower()] = (column, "high")
            vocabulary[f"{label} not {category}".lower()] = (column, "low")
        if "categories" in given:
            continue
        for side, yes in (("high", "yes"), ("low", "no")):
            vocabulary[words.get(side, f"{side} {label}").lower()] = (name, side)
            vocabulary[f"{label} {yes}".lower()] = (name, side)
        if given.get("unit", "").endswith(" ago"):
            vocabulary[f"{label} longer ago".lower()] = (name, "high")
            vocabulary[f"{label} more recent".lower()] = (name, "low")
        vocabulary[f"average {label}".lower()] = (name, "average")
    return vocabulary


def contradictions(project: Project, features: dict) -> tuple[list[str], int]:
    """Return the texts that contradict the customers, and how many phrases were read.

    Args:
        project: a project that is built.
        features: `segmentation_features` of the build.
    """
    data = read_all(Path(project.database), None, 10)
    counted = {
        column: project.query(
            f'select count("{column}"), min("{column}") from customer_features'
        )[0]
        for column in {row["feature"] for row in data["segment_profiles"]}
    }
    given = set(project.query("select segment_id from base_segment_names"))
    vocabulary, found, read = words_of(features), [], 0
    for name in data["segmentations"]:
        board = Segmentation(name, data)
        values = typical_values(project, board)
        for row in board.profiles:
            alike = [
                other["typical_value"]
                for other in board.profiles
                if other["feature"] == row["feature"]
                and other["typical_value"] is not None
                and other["segment_id"] != "unassigned"
            ]
            size = next(
                one["customers"]
                for one in board.segments
                if one["segment_id"] == row["segment_id"]
            )
            row |= {
                "forms": row["feature"] in board.forming,
                "highest": alike and row["typical_value"] == max(alike),
                "lowest": alike and row["typical_value"] == min(alike),
                "population_minimum": counted[row["feature"]][1],
                "values": size,
                "population_values": counted[row["feature"]][0],
            }
            found += [
                f"{name} {row['segment_id']} {row['feature']}: {problem}"
                for problem in of_profile(row, values)
            ]
            read += 1
        if not board.is_kmeans:
            continue
        for segment in board.members:
            rows = [
                row
                for row in board.profiles
                if row["segment_id"] == segment["segment_id"]
            ]
            problems = of_description(segment["description"], rows, board.forming)
            if (segment["segment_id"],) not in given:
                problems += of_name(
                    segment, rows, vocabulary, bool(segment["is_name_outdated"])
                )
            problems += of_card(card(board, segment), rows)
            found += [f"{segment['segment_name']}: {problem}" for problem in problems]
            read += segment["description"].count(", ") + 2
    return found, read
