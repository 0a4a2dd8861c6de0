"""Tables of shares. Cells have a color only if chance does not explain them."""

from drawing import diverging, listed, percent

MOST_ROWS, MOST_COLUMNS = 10, 8


def cell(share: float, customers: int, expected: float) -> dict:
    """Return a share with its color and its number of customers.

    Args:
        share: share of the customers of the line.
        customers: number of customers in the cell.
        expected: their number if line and column were independent.
    """
    lift = customers / expected if expected else 1.0
    return {
        "share": share,
        "text": percent(share),
        "color": diverging(lift_score(customers, expected), 1.0),
        "detail": f"{customers:,} · ×{lift:.1f}",
    }


def lift_score(customers: int, expected: float) -> float:
    """Return -1 for an empty cell, 0 for the count expected by chance, and 1 for three
    times this count.

    The score is 0 for differences that chance makes in one of twenty cells or more.
    """
    if not expected or abs(residual(customers, expected)) < 2:
        return 0.0
    lift = customers / expected
    return lift - 1 if lift < 1 else min(1.0, (lift - 1) / 2)


def residual(customers: int, expected: float) -> float:
    """Return by how many standard deviations a count differs from chance.

    This is Pearson's residual, or the deviate of Freeman and Tukey (1950) if it is
    nearer to 0. With few customers, Pearson's residual is too large.

    Args:
        customers: the count.
        expected: the count expected by chance, more than 0.
    """
    pearson = (customers - expected) / expected**0.5
    deviate = customers**0.5 + (customers + 1) ** 0.5 - (4 * expected + 1) ** 0.5
    return min(pearson, deviate, key=abs)


def left_out(rows: int, columns: int) -> str:
    """Say how many lines and columns a matrix leaves out."""
    parts = [
        *([f"{rows} lines"] if rows > 0 else []),
        *([f"{columns} columns"] if columns > 0 else []),
    ]
    return f"without the {listed(parts)} of smaller groups" if parts else ""
