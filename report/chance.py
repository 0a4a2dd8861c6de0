"""Standard errors and intervals of figures, if the customers are seen as a random
sample.
"""

NORMAL_975 = 1.959964  # 95 % of a normal distribution lie within 1.96 deviations


def standard_errors(row: dict, profile: dict | None, customers: int) -> float:
    """Return by how many standard errors a segment's mean differs from that of all.

    Args:
        row: the segment's row of segments.
        profile: its row of segment_profiles for the measure.
        customers: number of all customers.
    """
    if profile is None or profile["z_mean"] is None or row["customers"] >= customers:
        return 0.0
    return abs(profile["z_mean"]) / (1 / row["customers"] - 1 / customers) ** 0.5


def interval_of_total(
    segment_id: str, segments: list[dict], profiles: dict, measure: str
) -> tuple[float, float] | None:
    """Return the 95 % interval of a segment's share of a measure's total.

    The share is a ratio of two sums over the customers; its variance is that of
    Cochran (1977), "Sampling Techniques", chapter 6.

    Args:
        segment_id: the segment.
        segments: all rows of segments of one segmentation.
        profiles: rows of segment_profiles by segment and feature.
        measure: the measure.
    """
    squares = {}
    for row in segments:
        profile = profiles.get((row["segment_id"], measure))
        if profile is None or profile["standard_deviation"] is None:
            return None
        squares[row["segment_id"]] = row["customers"] * (
            profile["standard_deviation"] ** 2 + profile["mean"] ** 2
        )
    total = sum(row[f"{measure}_total"] for row in segments)
    own = next(row for row in segments if row["segment_id"] == segment_id)
    share = own[f"{measure}_share"]
    inside = squares.pop(segment_id)
    variance = inside * (1 - share) ** 2 + sum(squares.values()) * share**2
    error = NORMAL_975 * variance**0.5 / total
    return max(0.0, share - error), min(1.0, share + error)


def interval_of_share(share: float, customers: int) -> tuple[float, float]:
    """Return the 95 % interval of Wilson (1927) for a share of customers."""
    square = NORMAL_975**2
    middle = share + square / (2 * customers)
    error = (
        NORMAL_975
        * (share * (1 - share) / customers + square / (4 * customers**2)) ** 0.5
    )
    whole = 1 + square / customers
    return (middle - error) / whole, (middle + error) / whole
