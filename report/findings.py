"""Sentences that say what the figures mean, without statistical terms."""

import re

from chance import interval_of_share, interval_of_total, standard_errors
from drawing import counted, listed, percent, word
from words import in_sentence, quoted, title_case

# Features whose shares of variance differ by less tell segments apart as well.
AS_GOOD = 0.05
# A segment gets into the title if its share of a measure differs from its share of the
# customers by at least WORTH_SAYING, and by at least BEYOND_CHANCE standard errors.
WORTH_SAYING, BEYOND_CHANCE = 0.03, 3
UNRELATED = 0.05  # limit of the normalized mutual information
SAME = 0.995  # limit of the rank correlation


def overview_title(
    segments: list[dict], measures: list[dict], profile: dict, noun: str
) -> tuple[str, str]:
    """Say which segment's share of a measure differs most from its share of customers.

    If no difference is large enough, say which segment is largest.

    Args:
        segments: rows of segments, of one segmentation, with the shares of measures.
        measures: name and label of each measure.
        profile: rows of segment_profiles by segment and feature.
        noun: segment or group.

    Returns:
        The title, and a sentence with the interval of its share, if it has one.
    """
    members = [row for row in segments if row["segment_id"] != "unassigned"]
    if not members:
        return "Nobody takes part in this segmentation", ""
    customers = sum(row["customers"] for row in segments)
    gaps = [
        (row[f"{measure['name']}_share"] - row["share"], row, measure)
        for measure in measures
        for row in members
        if row[f"{measure['name']}_share"] is not None
        and standard_errors(
            row, profile.get((row["segment_id"], measure["name"])), customers
        )
        >= BEYOND_CHANCE
    ]
    gap, row, best = max(gaps, key=lambda gap: abs(gap[0]), default=(0, None, None))
    if abs(gap) < WORTH_SAYING:
        largest = max(members, key=lambda row: row["customers"])
        return (
            f"{quoted(largest['segment_name'])} is the largest of "
            f"{counted(len(members), noun)}: {percent(largest['share'])} of customers",
            chance_of(largest["share"], interval_of_share(largest["share"], customers)),
        )
    share, label = row[f"{best['name']}_share"], in_sentence(best["label"])
    return (
        f"{quoted(row['segment_name'])} is {percent(row['share'])} of customers "
        f"{'and' if gap > 0 else 'but'} {percent(share)} of {label}",
        chance_of(
            share, interval_of_total(row["segment_id"], segments, profile, best["name"])
        ),
    )


def chance_of(share: float, interval: tuple[float, float] | None) -> str:
    """Return a sentence with the interval of a share, or no text without one."""
    if interval is None or interval[0] == interval[1]:
        return ""
    return (
        f"Among other customers like these, the {percent(share)} could be "
        f"{' to '.join(percent(bound) for bound in interval)} (95 % interval)."
    )


def segments_title(telling: list[tuple], labels: dict[str, str]) -> str:
    """Say which features tell the segments apart best.

    Args:
        telling: features with their share of variance between segments, best first.
        labels: label by feature.
    """
    if not telling or telling[0][1] is None:
        return "What sets the segments apart"
    best = [
        in_sentence(labels[feature])
        for feature, share in telling
        if share is not None and share > telling[0][1] - AS_GOOD
    ]
    names, verb = listed(best[:3]), "tell" if best[1:] else "tells"
    return f"{names[:1].upper()}{names[1:]} {verb} the segments apart best"


def segments_lead(telling: list[tuple], labels: dict[str, str]) -> str:
    """Say how much of each feature's variance lies between the segments.

    Args:
        telling: features with their share of variance between segments, best first.
        labels: label by feature.
    """
    telling = [pair for pair in telling if pair[1] is not None]
    if not telling:
        return ""
    shares = [
        f"{percent(share)} of {'the variance of ' if first else ''}"
        f"{in_sentence(labels[feature])}"
        for first, (feature, share) in zip(
            [True, *[False] * 3], telling[:4], strict=False
        )
    ]
    return f"Between the segments lie {listed(shares)}; the rest lies within them."


def choice_title(reason: str) -> str:
    """Return the first sentence of the reason for k, without its figures."""
    return re.sub(r"\s*\([^)]*\)", "", reason).partition(". ")[0].rstrip(".")


def trust_title(assumptions: list[dict]) -> str:
    """Say how many of the assumptions of K-means hold."""
    names = sorted({row["assumption"] for row in assumptions})
    failing = sorted(
        {row["assumption"] for row in assumptions if row["status"] != "pass"}
    )
    if not failing:
        return f"All {len(names)} conditions of the method hold here"
    return (
        f"{len(names) - len(failing)} of {len(names)} conditions of the method hold "
        f"here; watch {listed([name.replace('_', ' ') for name in failing])}"
    )


def exploration_title(correlations: list[dict]) -> str:
    """Say which two columns are correlated most."""
    known = [row for row in correlations if row["spearman"] is not None]
    if not known:
        return "How the values are distributed"
    best = max(known, key=lambda row: (abs(row["spearman"]), row["label"]))
    strength = abs(best["spearman"])
    how = "closely" if strength >= 0.7 else "somewhat" if strength >= 0.3 else "hardly"
    pair = f"{best['label']} and {in_sentence(best['other_label'])}"
    figure = f"rank correlation {best['spearman']:.2f}".replace("-", "−")
    if strength >= SAME:
        return f"{pair} say the same: {figure}"
    if how == "hardly":
        return f"No two columns go together: even {in_sentence(pair)} hardly do"
    verb = "go together" if best["spearman"] > 0 else "go opposite ways"
    return f"{pair} {verb} most {how}: {figure}"


def movement_title(moves: list[dict], migrations: list[dict], customers: int) -> str:
    """Say who moved in the last build in which customers moved.

    Args:
        moves: rows of segment_migrations of that build, without joined and left.
        migrations: all rows of the segmentation.
        customers: customers of the segmentation today.
    """
    if not moves:
        builds = {row["moved_at"] for row in migrations}
        if len(builds) <= 1:
            return f"{counted(customers, 'customer')} placed; nobody has moved yet"
        return "Customers joined and left, but nobody changed segment"
    moved = sum(row["customers"] for row in moves)
    share = sum(row["share"] for row in moves)
    ways: dict[tuple, int] = {}
    for row in moves:
        way = (row["from_segment_name"], row["to_segment_name"])
        ways[way] = ways.get(way, 0) + row["customers"]
    (source, target), most = max(ways.items(), key=lambda item: (item[1], item[0]))
    return (
        f"{counted(moved, 'customer')} ({percent(share)}) changed segment; the largest "
        f"move, of {most:,}, is from {quoted(source)} to {quoted(target)}"
    )


def movement_lead(moves: list[dict]) -> str:
    """Say why customers moved."""
    reasons = {
        "customer": "because they have changed",
        "model": "because the model has changed, not they",
        "both": "because both they and the model have changed",
    }
    counts = {
        cause: sum(row["customers"] for row in moves if row["cause"] == cause)
        for cause in reasons
    }
    parts = [f"{count:,} {reasons[cause]}" for cause, count in counts.items() if count]
    if len(parts) == 1:
        return f"All of them moved {parts[0].split(' ', 1)[1]}."
    return f"Of them {listed(parts)}."


def drift_title(drift: list[dict], labels: dict[str, str]) -> str:
    """Say whether the model still fits today's customers."""
    worst = [row for row in drift if row["status"] == "fail"]
    worst = worst or [row for row in drift if row["status"] == "warn"]
    if not any(row["figure"] for row in drift):
        return "The segments were fitted to these customers, so nothing has drifted yet"
    if not worst:
        return (
            f"The model still fits: none of {counted(len(drift), 'figure')} has drifted"
        )
    row = max(worst, key=lambda row: row["figure"] / row["failure_threshold"])
    what = drift_subject(row, labels)
    if row["status"] == "fail":
        return f"The model no longer fits: {what} has changed too much"
    return f"{word(len(worst))} of {counted(len(drift), 'figure')} to watch: {what}"


def drift_subject(row: dict, labels: dict[str, str]) -> str:
    """Name the subject of a figure of drift."""
    return {
        "population_stability_index": in_sentence(
            labels.get(row["feature"], row["feature"])
        ),
        "segment_shift": "sizes of the segments",
        "distance_growth": "distance to the centers",
        "outlier_share": "share of customers far out",
    }[row["metric"]]


def comparison_title(own: dict, others: list[dict], name: str, forming: str) -> str:
    """Say how much the segments and the best other grouping explain.

    Args:
        own: the row of segmentation_comparison of the segments themselves.
        others: the rows of groupings and attributes.
        name: the segmentation.
        forming: text with the number of features that form the segments.
    """
    explained = own["variance_explained"]
    if explained is None:
        return "These customers are all alike"
    start = (
        f"The {name} segments explain {percent(explained)} of the variance of the "
        f"{forming} them"
    )
    known = [row for row in others if row["variance_explained"] is not None]
    if not known:
        return start
    best = max(known, key=lambda row: (row["variance_explained"], row["divided_by"]))
    return (
        f"{start}; {in_sentence(title_case(best['divided_by']))}, the best grouping of "
        f"today, {percent(best['variance_explained'])}"
    )


def agreement_title(name: str, agreement: dict[str, float]) -> str:
    """Say which other segmentation agrees most with a grouping, if any does.

    Args:
        name: the grouping, written as in a title.
        agreement: normalized mutual information by other segmentation.
    """
    if not agreement:
        return f"How {in_sentence(name)} relates to other ways to divide"
    best = max(agreement, key=lambda other: (agreement[other], other))
    if agreement[best] < UNRELATED:
        return f"{name} says next to nothing about the other ways to divide"
    return f"{name} goes along most with {in_sentence(title_case(best))}"
