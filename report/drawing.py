"""Functions for numbers as text, colors, scales and shapes. They know nothing of
customers.
"""

import math
import re
from collections.abc import Iterable

# Colors that people with color blindness can tell apart: those of Okabe and Ito (2008),
# "Color Universal Design", without black and yellow. For more segments, four colors of
# the scheme "muted" by Paul Tol (2021), "Color Schemes", follow.
PALETTE = [
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"),
    *("#882255", "#999933", "#332288", "#aa4499"),
]
INK = "#1d2433"
OTHER = "#8a8f98"  # unassigned, joined, left, and groups beyond the palette
# Ends of the scale around the average: the purple and brown of "PuOr" by Brewer (2003),
# "ColorBrewer". None of the first six segments has these colors.
LOW, HIGH = (84, 39, 136), (140, 81, 10)


def segment_colors(segment_ids: Iterable[str]) -> dict[str, str]:
    """Return a color for every segment, which depends on the number in its id.

    Args:
        segment_ids: ids of one segmentation; the values of a grouping have no number
            and take the colors in the order given.
    """
    colors, free = {}, list(PALETTE)
    ids = [name for name in segment_ids if name != "unassigned"]
    numbers = {name: re.search(r"-(\d+)$", name) for name in ids}
    for name in sorted(ids, key=lambda name: (numbers[name] is None, ids.index(name))):
        number = numbers[name]
        wanted = PALETTE[(int(number[1]) - 1) % len(PALETTE)] if number else None
        color = wanted if wanted in free else next(iter(free), OTHER)
        colors[name] = color
        if color in free:
            free.remove(color)
    return {**colors, "unassigned": OTHER}


def luminance(color: str) -> float:
    """Return the relative luminance of a color, as WCAG 2 defines it."""
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colors, 1 to 21, as WCAG 2 defines it."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def text_on(color: str) -> str:
    """Return white or black, whichever has more contrast to a color (at least 4.5)."""
    return max("#ffffff", "#000000", key=lambda text: contrast(text, color))


def diverging(value: float | None, limit: float) -> str:
    """Return a color for a value: purple below 0, white at 0, brown above 0. The color
    is pale enough for dark text.
    """
    if value is None:
        return "#ffffff"
    strength = min(abs(value) / limit, 1.0) * 0.55
    end = HIGH if value > 0 else LOW
    mixed = [round(255 + (channel - 255) * strength) for channel in end]
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def number(value: float | None, digits: int = 3) -> str:
    """Write a number with about three significant digits: 66.5, 1,224, 0.09."""
    if value is None:
        return "–"
    if value == 0:
        return "0"
    decimals = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    text = f"{value:,.{min(decimals, 6)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def amount(value: float | None, unit: str = "") -> str:
    """Write a value with its unit."""
    return (
        f"{number(value)}\u00a0{unit}" if unit and value is not None else number(value)
    )


def percent(share: float | None, decimals: int = 0) -> str:
    """Write a share in percent, a small share with a decimal."""
    if share is None:
        return "–"
    if decimals == 0 and 0 < abs(share) < 0.0095:
        decimals = 1
    if 0 < share < 0.0005:
        return "under 0.1\u00a0%"
    if 0.995 <= share < 1:  # only a share of 1 is written as 100 %
        return "over 99\u00a0%"
    # The same rounding as round() in SQL, so that every page has the same figure.
    power = 10**decimals
    rounded = math.copysign(math.floor(abs(100 * share) * power + 0.5) / power, share)
    return f"{rounded:.{decimals}f}\u00a0%".replace("-", "−")


def counted(count: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun: 1 customer, 2,000 customers."""
    return f"{count:,}\u00a0{one if count == 1 else many or one + 's'}"


def word(count: int) -> str:
    """Write a small count as a word, as at the beginning of a sentence."""
    words = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight"]
    words += ["Nine", "Ten", "Eleven", "Twelve"]
    return words[count] if 0 <= count < len(words) else str(count)


def listed(items: list[str]) -> str:
    """Join items as people do: a, b and c."""
    return " and ".join([", ".join(items[:-1]), items[-1]] if items[1:] else items)


def shortened(text: str, length: int) -> str:
    """Cut a text to a length, with an ellipsis."""
    return text if len(text) <= length else text[: length - 1].rstrip(" ,") + "…"


class Scale:
    """A scale from values to pixels, with its ticks."""

    def __init__(self, low, high, start, end, is_log=False, pad=0.0) -> None:
        """Map low..high to start..end.

        Args:
            low: smallest value.
            high: largest value.
            start: pixel of the smallest.
            end: pixel of the largest.
            is_log: whether the scale is that of ln(1 + x), for values of at least 0.
            pad: room on both sides, as a share of the range.
        """
        self.is_log = is_log and low >= 0
        self.low, self.high = low, high
        first, last = self.transformed(low), self.transformed(high)
        if first == last:
            first, last = first - 0.5, last + 0.5
        room = pad * (last - first)
        self.first, self.last = first - room, last + room
        self.start, self.end = start, end

    def transformed(self, value: float) -> float:
        return math.log1p(value) if self.is_log else value

    def __call__(self, value: float) -> float:
        """Return the pixel of a value, to a tenth."""
        part = (self.transformed(value) - self.first) / (self.last - self.first)
        return round(self.start + part * (self.end - self.start), 1)

    def labeled_ticks(self, count: int = 5, values=()) -> list[tuple[float, str]]:
        """Return pixels and texts of the ticks, with the same number of decimals.

        Args:
            count: about how many ticks.
            values: the drawn values. If there are at most `count` different ones, as of
                a yes/no feature, the ticks stand at these.
        """
        distinct = sorted(set(values))
        ticks = distinct if 0 < len(distinct) <= count else self.ticks(count)
        texts = [number(tick) for tick in ticks]
        if not self.is_log:
            decimals = max((len(t.partition(".")[2]) for t in texts), default=0)
            texts = [f"{tick:,.{decimals}f}".replace("-", "−") for tick in ticks]
        return [(self(tick), text) for tick, text in zip(ticks, texts, strict=True)]

    def ticks(self, count: int = 5) -> list[float]:
        """Return about `count` round values within the range."""
        if self.is_log and self.high >= 5 * max(self.low, 1):
            powers = range(math.ceil(math.log10(self.high)) + 1)
            for steps in ((1, 2, 5), (1, 3), (1,)):
                values = [0, *(step * 10**power for power in powers for step in steps)]
                inside = [value for value in values if self.low <= value <= self.high]
                if len(inside) <= count + 1:
                    break
            return inside
        low, high = self.low, self.high
        if low == high:
            return [low]
        rough = (high - low) / count
        power = 10 ** math.floor(math.log10(rough))
        step = next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= rough * 0.99)
        place = math.ceil(low / step - 1e-9)
        values = []
        while place * step <= high + step * 1e-9:
            values.append(round(place * step, 10))
            place += 1
        return values


def ribbon(x0, y0, x1, y1, thickness) -> str:
    """Return the path of a flow between two nodes; y are upper edges."""
    middle = (x0 + x1) / 2
    low0, low1 = y0 + thickness, y1 + thickness
    return (
        f"M{x0:.1f},{y0:.1f}C{middle:.1f},{y0:.1f} {middle:.1f},{y1:.1f} "
        f"{x1:.1f},{y1:.1f}L{x1:.1f},{low1:.1f}C{middle:.1f},{low1:.1f} "
        f"{middle:.1f},{low0:.1f} {x0:.1f},{low0:.1f}Z"
    )


def spread(places: list[float], gap: float, low: float, high: float) -> list[float]:
    """Move labels apart within bounds, until neighbors are at least `gap` apart."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = [min(max(places[index], low), high) for index in order]
    for index in range(1, len(moved)):
        moved[index] = max(moved[index], moved[index - 1] + gap)
    if moved and moved[-1] > high:
        moved[-1] = high
        for index in range(len(moved) - 2, -1, -1):
            moved[index] = min(moved[index], moved[index + 1] - gap)
    result = [0.0] * len(places)
    for index, place in zip(order, moved, strict=True):
        result[index] = round(place, 1)
    return result
