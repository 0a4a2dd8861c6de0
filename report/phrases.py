"""The sentence that describes a segment."""

from drawing import listed
from words import in_sentence

# Judgements of segment_profiles that mean a difference from all customers beyond
# chance.
SIDES = {"very high": "high", "high": "high", "low": "low", "very low": "low"}
# Phrases for shares and for days ago, which are not called high or low.
ENDINGS = {
    "share": {
        **{"highest": "most often", "lowest": "least often"},
        **{"high": "more often", "low": "less often"},
    },
    "ago": {
        **{"highest": "longest ago", "lowest": "most recent"},
        **{"high": "longer ago", "low": "more recent"},
    },
}


def segment_sentence(told: list[dict], profiles: list[dict]) -> str:
    """Say in which features a segment is highest, lowest, high or low.

    Args:
        told: the rows of segment_profiles of the segment that the sentence may name.
        profiles: rows of segment_profiles, of one segmentation.
    """
    found: dict[tuple, list] = {}
    unclear = []
    for own in told:
        label, side = in_sentence(own["label"]), SIDES.get(own["judgement"])
        others = [
            row["typical_value"]
            for row in profiles
            if row["feature"] == own["feature"]
            and row["typical_value"] is not None
            and row["segment_id"] not in (own["segment_id"], "unassigned")
        ]
        if own["judgement"] == "unclear":
            unclear.append(label)
        if side is None or not others:
            continue
        is_extreme = (
            own["typical_value"] > max(others)
            if side == "high"
            else own["typical_value"] < min(others)
        )
        kind = "ago" if own["unit"].endswith(" ago") else own["typical_is"]
        rank = f"{side}est" if is_extreme else side
        found.setdefault((rank, kind if kind in ENDINGS else "value"), []).append(label)
    parts = []
    for rank in ("highest", "lowest", "high", "low"):
        of_all = " of all" if not parts and rank.endswith("est") else ""
        for kind in ("value", *ENDINGS):
            if names := listed(found.get((rank, kind), [""])):
                parts.append(
                    f"{rank}{of_all} in {names}"
                    if kind == "value"
                    else f"{names} {ENDINGS[kind][rank]}{of_all}"
                )
                of_all = ""
    text = "; ".join(parts)
    if not text and unclear:
        return f"Too few customers to tell how they differ in {listed(unclear)}."
    if not text:
        return "Close to the average in everything that forms these segments."
    return text[:1].upper() + text[1:] + "."
