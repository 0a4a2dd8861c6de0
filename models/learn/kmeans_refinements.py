"""Lloyd's algorithm over all customers, which finds the final centroids.

Each pass is one SQL aggregate: the customers stay in the engine, and Python only moves
k centroids. The last pass measures the segments. Rows of earlier builds are kept.
"""

import itertools
import json
import math
from functools import partial
from typing import NamedTuple

import numpy as np
from duckdb import DuckDBPyConnection, DuckDBPyRelation

SCHEMA = {
    "fit_id": "VARCHAR",
    "passes": "INTEGER",
    "segment_index": "INTEGER",
    "start_index": "INTEGER",
    "centroid": ["DOUBLE"],
    "mean": ["DOUBLE"],
    "customers": "BIGINT",
    "largest_distance": "DOUBLE",
    "squared_distances": "DOUBLE",
    "distances": "DOUBLE",
    "margins": "DOUBLE",
}
MEASURES = tuple(SCHEMA)[-5:]

MAXIMUM_PASSES = 12
# Lloyd's passes end when a pass lowers the inertia by less than this share.
SMALLEST_GAIN = 1e-7
# After a gain this small, the next pass is probably the last, so it also measures.
NEARLY_NO_GAIN = 50 * SMALLEST_GAIN
# Figures are rounded, because linear algebra libraries differ in the last bits.
CENTROID_DECIMALS = 9
# Iterations on the sample end after SAMPLE_STEPS, or after a change this small.
SAMPLE_STEPS = 100
SAMPLE_TOLERANCE = 1e-3
# The least move of the centroids for a trial in the sample, as a share of the vectors'
# distance from them. After a shorter move, too few vectors would change their segment.
SECANT = 0.1


class Sample(NamedTuple):
    """The distinct points of customers, sorted, and the number of customers at each."""

    points: np.ndarray  # (n, d) coordinates in which distances are Euclidean
    customers: np.ndarray  # (n,) whole numbers as floats


class Customers(NamedTuple):
    """All customers of a segmentation, in the engine."""

    points: DuckDBPyRelation  # with a column `point`, a list of d coordinates
    reach: np.ndarray  # (d,) largest absolute coordinates
    root: np.ndarray  # (d,) square roots of the feature weights
    expressions: dict[str, str]  # the row of int_point_expressions


class Pass(NamedTuple):
    """The result of a pass over all customers."""

    moved: np.ndarray  # (k, d) means of segments; an empty segment keeps its centroid
    gain: float  # the decrease of the inertia when centroids move to these means
    measures: list[dict]  # figures of k segments; without `measure`, only `customers`


class Refinement(NamedTuple):
    """The result of all passes."""

    centroids: np.ndarray  # (k, d), sorted by their first coordinate
    order: np.ndarray  # (k,) position of each centroid among those of the start
    passes: int
    last: Pass


def fixed_point_unit(largest: float) -> float:
    """Return the power of two that scales values up to `largest` to fit in BIGINT."""
    # 2^1023 is the largest power of two that a double can hold.
    exponent = 61 - math.ceil(math.log2(largest)) if largest else 0
    return 2.0 ** min(exponent, 1023)


def fixed_point_sum_sql(whole_sum: str, expression: str, largest: float) -> str:
    """Return SQL for a sum of doubles of at most `largest`. `whole_sum` adds whole
    numbers, so the result has the same bits for every order of rows.
    """
    # The number is quoted: DuckDB reads bare digits as a DECIMAL, which may be inexact.
    unit = f"'{fixed_point_unit(largest)!r}'::double"
    return f"({whole_sum.format(value=f'({expression}) * {unit}')})::double / {unit}"


def find_nearest(customers: Customers, centroids: np.ndarray) -> DuckDBPyRelation:
    """Return the points, their distances to all (k, d) centroids, and the position of
    the nearest centroid, from 1. The SQL expressions are the same as in scoring.
    """
    literal = customers.expressions["centroids"].format(
        points=json.dumps(centroids.tolist())
    )
    return (
        customers.points.project(f"point, {literal} as centroids")
        .project(f"point, {customers.expressions['distances']} as distances")
        .project(f"*, {customers.expressions['position']} as position")
    )


def run_pass(customers: Customers, centroids: np.ndarray, *, measure: bool) -> Pass:
    """Assign customers to the nearest of (k, d) centroids, and average each segment.

    The measures of a segment are its customers, the largest distance, and the sums of
    squared distances, of distances and of (b - a) / b, with the distances a to the
    nearest and b to the second-nearest centroid (Hruschka and others, 2004).
    """
    found, sql = find_nearest(customers, centroids), customers.expressions
    total = partial(fixed_point_sum_sql, sql["whole_sum"])
    columns = ["position", "count(*)"]
    if measure:
        farthest = float(((2 * customers.reach) ** 2).sum())
        near, far = sql["distance"], sql["next_distance"]
        found = found.project(f"point, position, {near} as distance, {far} as next")
        columns += [
            "max(distance)",
            total("distance * distance", farthest),
            total("distance", math.sqrt(farthest)),
            total("case when next > 0 then 1 - distance / next else 0 end", 1),
        ]
    columns += [
        total(sql["coordinate"].format(place=place), largest)
        for place, largest in enumerate(customers.reach, start=1)
    ]
    totals = found.aggregate(", ".join(columns), "position").fetchall()
    moved, gains, dimensions = centroids.copy(), [], len(customers.reach)
    measures = [dict.fromkeys(MEASURES) | {"customers": 0} for _ in centroids]
    for position, *figures in totals:
        slot, count, sums = position - 1, figures[0], figures[-dimensions:]
        moved[slot] = np.array(sums) / count
        # By Huygens' theorem, moving to the mean lowers the inertia by this sum.
        gains += list(count * (moved[slot] - centroids[slot]) ** 2)
        measures[slot] = dict(zip(MEASURES, figures[:-dimensions], strict=measure))
    return Pass(moved, math.fsum(gains), measures)


def average_sample(sample: Sample, centroids: np.ndarray) -> np.ndarray:
    """Return (k, d) means of the nearest points; a centroid without points stays."""
    from scipy.spatial.distance import cdist

    (points, weights), clusters = sample, len(centroids)
    nearest = cdist(points, centroids, "sqeuclidean").argmin(axis=1)
    sizes = np.bincount(nearest, weights, clusters)
    sums = [np.bincount(nearest, weights * column, clusters) for column in points.T]
    means = np.column_stack(sums) / np.where(sizes > 0, sizes, 1)[:, None]
    return np.where(sizes[:, None] > 0, means, centroids)


def steer(sample: Sample, centroids: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """Return an estimate of where Lloyd's passes over all customers would end, from the
    (k, d) centroids of the last pass, the means it moved them to, and a sample.

    Newton's method solves d = r + J d for the way d to a point that a pass does not
    move (Dembo, Eisenstat and Steihaug, 1982, "Inexact Newton methods"). Here r is the
    last move, and J is the derivative of a pass. J d is measured in the sample, with a
    step long enough for many vectors to change their segment. An error of the sample
    cannot shift the end, because r comes from all customers and is 0 there.
    """
    from scipy.spatial.distance import cdist

    here = average_sample(sample, centroids)
    squares = cdist(sample.points, centroids, "sqeuclidean").min(axis=1)
    distance = math.sqrt(np.average(squares, weights=sample.customers))
    remainder = way = moved - centroids
    for _ in range(SAMPLE_STEPS):
        before = way
        farthest = np.sqrt((before**2).sum(axis=1)).max()
        stretch = max(1.0, SECANT * distance / farthest) if farthest else 1.0
        there = average_sample(sample, centroids + stretch * before)
        way = remainder + (there - here) / stretch
        if np.abs(way - before).max() <= SAMPLE_TOLERANCE * farthest:
            break
    return centroids + way


def round_centroids(centroids: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Return (k, d) centroids rounded to CENTROID_DECIMALS of a unit per coordinate.
    The unit is the next power of two above `reach`, the (d,) largest coordinates.
    """
    unit = 2.0 ** np.ceil(np.log2(np.where(reach > 0, reach, 1)))
    return (centroids / unit).round(CENTROID_DECIMALS) * unit


def refine(
    customers: Customers,
    centroids: np.ndarray,
    inertia: float,
    sample: Sample | None = None,
) -> Refinement:
    """Run Lloyd's passes from (k, d) centroids until the inertia stops falling; the
    given inertia is approximate. If the centroids come from a sample, the sample saves
    passes. It is dropped when a pass gains as much as the previous one, or more.
    """
    order, gain = np.arange(len(centroids)), math.inf
    for passes in itertools.count(1):
        gain_before, is_last = gain, passes == MAXIMUM_PASSES
        measure = is_last or gain <= NEARLY_NO_GAIN * inertia
        if measure:
            sorting = np.lexsort(centroids.T[::-1])
            # The registry stores standardized values; this reproduces its rounding.
            centroids, order = centroids[sorting], order[sorting]
            centroids = centroids / customers.root * customers.root
        last = run_pass(customers, centroids, measure=measure)
        moved, gain = last.moved, last.gain
        if measure and (is_last or gain <= SMALLEST_GAIN * inertia):
            return Refinement(centroids, order, passes, last)
        if gain >= gain_before:
            sample = None
        if sample and gain > SMALLEST_GAIN * inertia:
            moved = round_centroids(steer(sample, centroids, moved), customers.reach)
        centroids = moved


def list_segments(fit_id: str, refined: Refinement) -> list[dict]:
    """Return one row per segment."""
    centroids, order, passes, last = refined
    return [
        {
            "fit_id": fit_id,
            "passes": passes,
            "segment_index": slot,
            "start_index": int(order[slot]),
            "centroid": centroids[slot].tolist(),
            "mean": last.moved[slot].tolist(),
        }
        | last.measures[slot]
        for slot in range(len(centroids))
    ]


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


def read_sample(training: DuckDBPyRelation, segmentation: str, count: str) -> Sample:
    """Return the points of a segmentation and the number of customers at each (column
    `count` of int_training_vectors). There are no points if no fit is due.
    """
    columns = (
        training.filter(f"segmentation = '{segmentation}' and {count} > 0")
        .project(f"point, {count}::double as customers")
        .order("point")
        .fetchnumpy()
    )
    points, customers = columns["point"].tolist(), np.asarray(columns["customers"])
    return Sample(np.array(points, dtype=float), customers)


def model(dbt, session: DuckDBPyConnection) -> DuckDBPyRelation:
    """Return one row per fit and segment, of earlier builds and of this one."""
    dbt.config(materialized="table")
    starts = records(dbt.ref("customer_segmentation", "kmeans_starts"))
    points = dbt.ref("customer_segmentation", "int_training_points")
    training = dbt.ref("customer_segmentation", "int_training_vectors")
    (expressions,) = records(dbt.ref("customer_segmentation", "int_point_expressions"))
    rows = earlier_rows(dbt, session)
    known = {row["fit_id"] for row in rows}
    for start in starts:
        if start["fit_id"] in known or not start["is_current"]:
            continue
        name = start["segmentation"]
        print(f"{name}: refining k = {start['clusters']}", flush=True)
        customers = Customers(
            points.filter(f"segmentation = '{name}'").project("point"),
            np.array(start["largest_coordinates"]),
            np.sqrt(start["weights"]),
            expressions,
        )
        is_sample, centroids = start["is_sample"], np.array(start["centroids"])
        sample = read_sample(training, name, "customers") if is_sample else None
        refined = refine(customers, centroids, start["inertia"], sample)
        rows += list_segments(start["fit_id"], refined)
    return as_relation(session, rows)
