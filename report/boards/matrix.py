"""Where customers are, as a table whose colors leave out what chance can do."""

from drawing import diverging, listed, percent

MOST_ROWS, MOST_COLUMNS = 10, 8


def cell(share: float, customers: int, expected: float) -> dict:
    """Return a share with its color, and what it rests on.

    Args:
        share: of the customers of the line.
        customers: how many these are.
        expected: how many they would be if line and column were independent.
    """
    lift = customers / expected if expected else 1.0
    return {
        "share": share,
        "text": percent(share),
        "color": diverging(lift_score(customers, expected), 1.0),
        "detail": f"{customers:,} · ×{lift:.1f}",
    }


def lift_score(customers: int, expected: float) -> float:
    """Return -1..1: from nobody over as by chance to three times as many and more.

    A difference that chance makes in one cell of twenty has no color.
    """
    if not expected or abs(residual(customers, expected)) < 2:
        return 0.0
    lift = customers / expected
    return lift - 1 if lift < 1 else min(1.0, (lift - 1) / 2)


def residual(customers: int, expected: float) -> float:
    """Return by how many standard deviations a count differs from chance.

    Pearson's residual, or the deviate of Freeman and Tukey (1950) where that is nearer
    to 0: of few customers, the first makes too much.

    Args:
        customers: the count.
        expected: what chance makes of it, more than 0.
    """
    pearson = (customers - expected) / expected**0.5
    deviate = customers**0.5 + (customers + 1) ** 0.5 - (4 * expected + 1) ** 0.5
    return min(pearson, deviate, key=abs)


def left_out(rows: int, columns: int) -> str:
    """Say what a matrix has no room for."""
    parts = [
        *([f"{rows} lines"] if rows > 0 else []),
        *([f"{columns} columns"] if columns > 0 else []),
    ]
    return f"without the {listed(parts)} of smaller groups" if parts else ""
