"""Describe how each feature of a fit would be distributed if there were no groups: as
skewed and as rounded as the feature is, but without its valleys.

kmeans_structure draws tables without groups from these distributions. Permuted columns
would keep the valleys. Gaussian columns would lose skew and rounding, so that a skewed
or rounded feature would seem to have groups. Rows of earlier fits are kept.
"""

import json
import math

import numpy as np
from duckdb import DuckDBPyConnection, DuckDBPyRelation

SCHEMA = {
    "fit_id": "VARCHAR",
    "segmentation": "VARCHAR",
    "feature": "VARCHAR",
    "shares": ["DOUBLE"],
    "reference_values": ["DOUBLE"],
    "grid_step": "DOUBLE",
    "grid_origin": "DOUBLE",
    "lowest": "DOUBLE",
    "highest": "DOUBLE",
}

# Largest number of bounds in a distribution; more would not change the tables drawn.
KNOTS = 200
# If a rounded feature has at most this many different answers, an answer that few
# customers give is not always a valley.
FEW_ANSWERS = 10
# A valley of such a feature counts if the share of customers who would have to move to
# fill it is larger than SMALLEST_VALLEY and than VALLEY_BY_CHANCE / sqrt(customers).
# In samples without groups, VALLEY_BY_CHANCE was 1.0 (150 customers) and 1.2 (600).
SMALLEST_VALLEY = 0.025
VALLEY_BY_CHANCE = 1.2

FORWARD = {"log": np.log1p, "sqrt": np.sqrt, "none": np.asarray}
BACKWARD = {"log": np.expm1, "sqrt": np.square, "none": np.asarray}


def tidy(values: np.ndarray, largest: float) -> np.ndarray:
    """Return the values without their last digits, which contain rounding errors."""
    # If all values are this small, the power of ten for rounding would be infinite.
    if largest < 1e-290:
        return values
    return values.round(12 - math.ceil(math.log10(largest)))


def rounding(values: np.ndarray) -> tuple[float, float] | None:
    """Return step and origin of the grid on which at least 90 % of the values lie, or
    None if there is no such grid.

    Args:
        values: (n,) values of a feature in its own unit.
    """
    levels, counts = np.unique(values, return_counts=True)
    common = levels[counts >= 0.01 * len(values)]
    origin = float(levels[counts.argmax()])
    for step in np.unique(np.diff(common)).tolist():
        steps = (values - origin) / step
        if np.mean(np.abs(steps - steps.round()) < 1e-6) >= 0.9:
            return step, origin
    return None


def isotonic(bounds: np.ndarray, shares: np.ndarray, *, rising: bool) -> np.ndarray:
    """Return the cumulative shares whose density only rises, or only falls, between
    the bounds: the Grenander (1956) estimator.

    Args:
        bounds: (m,) ascending values.
        shares: (m,) cumulative shares at the bounds.
        rising: whether the density rises.
    """
    from sklearn.isotonic import isotonic_regression

    widths = np.diff(bounds)
    density = isotonic_regression(
        np.diff(shares) / widths, sample_weight=widths, increasing=rising
    )
    return shares[0] + np.concatenate([[0.0], np.cumsum(density * widths)])


def without_valleys(
    bounds: np.ndarray, below: np.ndarray, reached: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the distribution with one mode that is nearest to the given one.

    As in the dip test (Hartigan and Hartigan, 1985), the mode is the value for which
    the largest difference between both distributions' cumulative shares is smallest.

    Args:
        bounds: (m,) ascending values.
        below: (m,) share of customers below each value.
        reached: (m,) share of customers at or below each value.

    Returns:
        (m + 1,) values, their cumulative shares, and the largest difference.
    """
    best = (bounds, reached, np.inf)
    for mode in range(len(bounds)):
        left, right = slice(mode + 1), slice(mode, None)
        rise, fall = below[left], reached[right]
        if mode:
            rise = isotonic(bounds[left], below[left], rising=True)
        if mode < len(bounds) - 1:
            fall = isotonic(bounds[right], reached[right], rising=False)
        moved = max(
            np.abs(rise - below[left]).max(), np.abs(fall - reached[right]).max()
        )
        if moved < best[2] - 1e-12:
            values = np.concatenate([bounds[left], bounds[right]])
            best = (values, np.concatenate([rise, fall]), float(moved))
    return best


def stepwise(
    raw: np.ndarray, grid: tuple[float, float] | None, lowest: float, largest: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the distribution of the values, with at most KNOTS bounds.

    Args:
        raw: (n,) values in their own unit, on the grid if there is one.
        grid: step and origin, if there is a grid; each value then stands for all values
            within half a step.
        lowest: smallest possible value.
        largest: largest absolute value.

    Returns:
        (m,) ascending bounds, the share of customers below each, and the share at or
        below each.
    """
    bounds, counts = np.unique(raw, return_counts=True)
    reached = np.cumsum(counts) / len(raw)
    below = reached - counts / len(raw)
    if grid:
        half = grid[0] / 2
        cells = np.column_stack([bounds - half, bounds + half]).ravel()
        bounds, first = np.unique(tidy(cells, largest).clip(lowest), return_index=True)
        below = reached = np.column_stack([below, reached]).ravel()[first]
    if len(bounds) > KNOTS:
        last = len(bounds) - 1
        kept = np.searchsorted(reached, np.linspace(0, 1, KNOTS)).clip(max=last)
        kept = np.unique([0, *kept, last])
        bounds, below, reached = bounds[kept], below[kept], reached[kept]
    return bounds, below, reached


def reference(z: np.ndarray, preparation: dict) -> dict:
    """Return the distribution of a feature without its valleys.

    Args:
        z: (n,) standardized values.
        preparation: the feature's row of segmentation_fit_features.

    Returns:
        The last six columns of SCHEMA. If shares is empty, all values are equally
        likely.
    """
    forward, backward = (way[preparation["transform"]] for way in (FORWARD, BACKWARD))
    raw = backward(z * preparation["scale"] + preparation["center"])
    largest = float(np.abs(raw).max())
    raw = tidy(raw, largest)
    grid = rounding(raw)
    step, origin = grid or (None, None)
    if grid:
        raw = tidy(origin + ((raw - origin) / step).round() * step, largest)
    lowest = -np.inf if preparation["transform"] == "none" else 0.0
    bounds, below, reached = stepwise(raw, grid, lowest, largest)
    values, shares, moved = without_valleys(forward(bounds), below, reached)
    by_chance = max(SMALLEST_VALLEY, VALLEY_BY_CHANCE / np.sqrt(len(z)))
    found = {"grid_step": step, "grid_origin": origin}
    found |= {"lowest": float(raw.min()), "highest": float(raw.max())}
    if grid and np.ptp(raw) / step < FEW_ANSWERS and moved <= by_chance:
        return found | {"shares": [], "reference_values": np.sort(z).tolist()}
    return found | {"shares": shares.tolist(), "reference_values": values.tolist()}


def as_relation(session: DuckDBPyConnection, rows: list[dict]) -> DuckDBPyRelation:
    """Return the rows as a relation with the types of SCHEMA, also when empty."""
    return session.sql(
        "select line.* from (select unnest(from_json("
        f"'{json.dumps(rows)}', '{json.dumps([SCHEMA])}')) as line)"
    )


def records(relation: DuckDBPyRelation) -> list[dict]:
    """Return a small relation as a list of dictionaries."""
    names = relation.columns
    return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]


def earlier_rows(dbt, session: DuckDBPyConnection) -> list[dict]:
    """Return the rows that the previous build wrote for this model."""
    this = (dbt.this.database, dbt.this.schema, dbt.this.identifier)
    names = "(table_catalog, table_schema, table_name)"
    found = session.sql("from information_schema.tables").filter(f"{names} = {this}")
    earlier = f"select * from {dbt.this}"
    return records(session.sql(earlier)) if found.fetchall() else []


def model(dbt, session: DuckDBPyConnection) -> DuckDBPyRelation:
    """Return one row per fit and numeric feature: the rows of earlier builds, and the
    rows of new champions.
    """
    dbt.config(materialized="table")
    features = records(
        dbt.ref("customer_segmentation", "segmentation_fit_features")
        .filter("is_champion")
        .join(
            dbt.ref("customer_segmentation", "int_segmentation_features").select(
                "segmentation, feature, scale_method"
            ),
            "segmentation, feature",
        )
        .filter("scale_method != 'categories'")
        .order("segmentation, position")
    )
    sample = dbt.ref("customer_segmentation", "int_structure_sample")
    rows, points = earlier_rows(dbt, session), {}
    known = {row["fit_id"] for row in rows}
    for feature in features:
        if feature["fit_id"] in known:
            continue
        name = feature["segmentation"]
        if name not in points:
            drawn = sample.filter(f"segmentation = '{name}'").fetchnumpy()
            points[name] = np.array(drawn["point"].tolist(), dtype=float)
        if len(points[name]):
            column = points[name][:, feature["position"]]
            same = {key: feature[key] for key in ("fit_id", "segmentation", "feature")}
            z = column / math.sqrt(feature["weight"])
            rows.append(same | reference(z, feature))
    return as_relation(session, rows)
