"""All boards of a report."""

from drawing import counted, diverging, word

from boards.choosing_k import choosing_k
from boards.comparison import comparison
from boards.composition import composition
from boards.exploration import exploration
from boards.movement import movement
from boards.overview import overview
from boards.segmentation import Segmentation
from boards.segments import segments
from boards.trial import trial

MOST_LINES = 60  # in the summary, over all its pages


def day(moment) -> str:
    """Write the date of a time: 31 December 2025."""
    return f"{moment:%d %B %Y}".lstrip("0")


def report(data: dict) -> dict:
    """Return all boards.

    Args:
        data: the result of `tables.read_all`.
    """
    found = []
    for name in data["segmentations"]:
        segmentation = Segmentation(name, data)
        found.append(
            {
                "name": name,
                "title": segmentation.title,
                "is_kmeans": segmentation.is_kmeans,
                "count": counted(len(segmentation.members), segmentation.plural()[:-1]),
                "overview": overview(segmentation),
                "options": [
                    (row["segment_id"], row["segment_name"])
                    for row in segmentation.segments
                ],
                "segments": segments(segmentation),
                "composition": composition(segmentation),
                "choosing_k": choosing_k(segmentation),
                "movement": movement(segmentation),
                "comparison": comparison(segmentation),
                "trial": trial(segmentation),
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
        "as_of": day(data["as_of"])
        + (
            f", scored on {day(data['scored_at'])}"
            if day(data["as_of"]) != day(data["scored_at"])
            else ""
        ),
        "segmentations": found,
        "summary_lines": max(3, MOST_LINES // ways),
        "scale": {"low": diverging(-1, 1), "high": diverging(1, 1)},
        "exploration": exploration(data),
    }
