"""The registry of all fits that ever scored customers.

The segments of a refined fit get their ids here. A segment that continues a segment of
the previous fit keeps its id. Columns of the fit, its features and its segments share
one table, so that a fit is appended whole or not at all. The views of this table are
segmentation_fits, segmentation_fit_features and segmentation_fit_centroids.
"""

import json
from datetime import datetime, timedelta

import numpy as np
from duckdb import DuckDBPyConnection, DuckDBPyRelation

SCHEMA = {
    "fit_id": "VARCHAR",
    "segmentation": "VARCHAR",
    "configuration_hash": "VARCHAR",
    "data_fingerprint": "VARCHAR",
    "fitted_at": "TIMESTAMP",
    "adopted_at": "TIMESTAMP",
    "clusters": "INTEGER",
    "customers": "BIGINT",
    "passes": "INTEGER",
    "inertia": "DOUBLE",
    "simplified_silhouette": "DOUBLE",
    "davies_bouldin": "DOUBLE",
    "calinski_harabasz": "DOUBLE",
    "stability": "DOUBLE",
    "feature": "VARCHAR",
    "position": "INTEGER",
    "imputed_value": "DOUBLE",
    "lower_bound": "DOUBLE",
    "upper_bound": "DOUBLE",
    "transform": "VARCHAR",
    "center": "DOUBLE",
    "scale": "DOUBLE",
    "weight": "DOUBLE",
    "bin_bounds": ["DOUBLE"],
    "bin_shares": ["DOUBLE"],
    "segment_index": "INTEGER",
    "segment_id": "VARCHAR",
    "segment_customers": "BIGINT",
    "mean_distance": "DOUBLE",
    "largest_distance": "DOUBLE",
    "centroid": "DOUBLE",
    "centroid_value": "DOUBLE",
    "standard_score": "DOUBLE",
    "segment_stability": "DOUBLE",
}


def segment_ids(
    segmentation: str,
    centroids: np.ndarray,
    earlier: dict[str, np.ndarray],
    used: set[str],
    continued: dict[int, str | None] | None = None,
) -> list[str]:
    """Return an id for each centroid: that of the segment that it continues, or a new
    one.

    For segments in `continued`, their customers decide, because standardized centroids
    of two fits have different scales if many customers came or went. For segments of
    new customers, the distances between centroids decide. A new centroid can only
    continue the nearest old one. If several new centroids have the same nearest old
    one, the closest of them continues it, and the others get new ids. If a centroid
    could also continue a more distant one, a chain of short moves could take ids from
    segments that have not moved.

    Args:
        segmentation: prefix of the ids.
        centroids: (k, d) new standardized centroids.
        earlier: (d,) standardized centroids of the previous fit, by id.
        used: all ids that the segmentation has ever had; new ids differ from them.
        continued: rows of int_continued_segments, as ids by segment_index; None for a
            segment that continues no other.
    """
    continued = continued or {}
    ids = [continued.get(index) for index in range(len(centroids))]
    if earlier:
        from scipy.spatial.distance import cdist

        names = sorted(earlier, key=segment_number)
        between = cdist(centroids, np.array([earlier[name] for name in names]))
        for index in between.min(axis=1).argsort(kind="stable").tolist():
            nearest = names[between[index].argmin()]
            if index not in continued and nearest not in ids:
                ids[index] = nearest
    following = max([segment_number(name) for name in used], default=0) + 1
    for index, name in enumerate(ids):
        if name is None:
            ids[index] = f"{segmentation}-{following}"
            following += 1
    return ids


def segment_number(segment_id: str) -> int:
    """Return the number at the end of a segment id."""
    return int(segment_id.rsplit("-", 1)[1])


def in_own_units(z: np.ndarray, preparation: dict) -> np.ndarray:
    """Return standardized values of a feature in the feature's own units."""
    prepared = z * preparation["scale"] + preparation["center"]
    undo = {"log": np.expm1, "sqrt": np.square, "none": np.asarray}
    return undo[preparation["transform"]](prepared)


def newest_fit(registry: list[dict], segmentation: str) -> str | None:
    """Return the id of the fit that was adopted last, if the segmentation has one."""
    mine = [
        (row["adopted_at"], row["fit_id"])
        for row in registry
        if row["segmentation"] == segmentation
    ]
    return max(mine)[1] if mine else None


def newest_centroids(
    registry: list[dict], segmentation: str, features: list[str]
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the centroids of the segmentation's newest fit, by segment id. Their
    coordinates are limited to features that the newest fit shares with the given ones.

    Args:
        registry: rows of the registry.
        segmentation: name of the segmentation.
        features: d names of the features of the new fit.

    Returns:
        Arrays of (s,) standardized values by segment id, and the (s,) positions of the
        shared features. There are no arrays if there is no fit, or no shared feature.
    """
    newest = newest_fit(registry, segmentation)
    values = {
        (row["segment_id"], row["feature"]): row["centroid"]
        for row in registry
        if row["fit_id"] == newest
    }
    known = {feature for _, feature in values}
    shared = np.array(
        [i for i, name in enumerate(features) if name in known], dtype=int
    )
    if not len(shared):
        return {}, shared
    return {
        segment: np.array([values[segment, features[i]] for i in shared])
        for segment, _ in values
    }, shared


def list_rows(
    refined: list[dict], registry: list[dict], continued: list[dict], now: datetime
) -> list[dict]:
    """Return the rows of a new fit for the registry, with ids for its segments and
    with centroids in the units of the features.

    Args:
        refined: rows of int_refined_fits of one fit, sorted by position and
            segment_index.
        registry: rows of all earlier fits.
        continued: rows of int_continued_segments.
        now: time of the fit.
    """
    name, clusters = refined[0]["segmentation"], refined[0]["clusters"]
    # Rows are sorted by feature, then by segment: a (d, k) array, transposed to (k, d).
    centroids = np.array([row["centroid"] for row in refined]).reshape(-1, clusters).T
    features = [row["feature"] for row in refined[::clusters]]
    earlier, shared = newest_centroids(registry, name, features)
    used = {row["segment_id"] for row in registry if row["segmentation"] == name}
    same = {
        row["segment_index"]: row["segment_id"]
        for row in continued
        if row["segmentation"] == name and row["segment_id"] in {*used, None}
    }
    ids = segment_ids(name, centroids[:, shared], earlier, used, same)
    return [
        row
        | {
            "fitted_at": now,
            "adopted_at": now,
            "segment_id": ids[row["segment_index"]],
            "centroid_value": float(in_own_units(np.float64(row["centroid"]), row)),
        }
        for row in refined
    ]


def as_relation(session: DuckDBPyConnection, rows: list[dict]) -> DuckDBPyRelation:
    """Return the rows as a relation with the types of SCHEMA, also when empty."""
    return session.sql(
        "select line.* from (select unnest(from_json("
        f"'{json.dumps(rows, default=str)}', '{json.dumps([SCHEMA])}')) as line)"
    )


def records(relation: DuckDBPyRelation) -> list[dict]:
    """Return a small relation as a list of dictionaries."""
    names = relation.columns
    return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]


def earlier_registry(dbt, session: DuckDBPyConnection) -> DuckDBPyRelation:
    """Return the registry of earlier builds. If this schema has no registry yet, return
    the one that it is configured to import.
    """
    this = (dbt.this.database, dbt.this.schema, dbt.this.identifier)
    names = "(table_catalog, table_schema, table_name)"
    found = session.sql("from information_schema.tables").filter(f"{names} = {this}")
    if found.fetchall():
        own = session.sql(f"select * from {dbt.this}")
        if own.limit(1).fetchall():
            return own
    imported = dbt.ref("customer_segmentation", "base_registry")
    if imported.limit(1).fetchall():
        return imported.project(", ".join(SCHEMA))
    return as_relation(session, [])


def adopted_fit(registry: list[dict], candidate: dict) -> str | None:
    """Return the id of the fit that was adopted last under a candidate's
    configuration.
    """
    mine = [
        (row["adopted_at"], row["fit_id"])
        for row in registry
        if row["segmentation"] == candidate["segmentation"]
        and row["configuration_hash"] == candidate["configuration_hash"]
    ]
    return max(mine)[1] if mine else None


def later_than(registry: list[dict], started_at: datetime | None) -> datetime | None:
    """Return the start of this build. If the registry already has a fit of that time or
    later, return a time just after its newest fit. None under `--empty`.

    Args:
        registry: rows of all earlier fits.
        started_at: start of the build, from int_build.
    """
    if started_at is None:
        return None
    newest = max((row["adopted_at"] for row in registry), default=datetime.min)
    return max(started_at, newest + timedelta(microseconds=1))


def model(dbt, session: DuckDBPyConnection) -> DuckDBPyRelation:
    """Return one row per fit, segment and feature: all earlier rows, and the rows of
    new fits.
    """
    dbt.config(materialized="table")
    chosen = records(
        dbt.ref("customer_segmentation", "segmentation_quality").filter("is_chosen")
    )
    refined = records(
        dbt.ref("customer_segmentation", "int_refined_fits").order(
            "segmentation, position, segment_index"
        )
    )
    continued = records(dbt.ref("customer_segmentation", "int_continued_segments"))
    earlier = earlier_registry(dbt, session)
    registry = records(earlier)
    builds = dbt.ref("customer_segmentation", "int_build")
    ((started_at,),) = builds.max("started_at").fetchall()
    now = later_than(registry, started_at)
    known = {row["fit_id"] for row in registry}
    due = {row["segmentation"]: row["fit_id"] for row in refined}
    rows, readopted = [], []
    for candidate in chosen:
        name = candidate["segmentation"]
        identity = due.get(name) or adopted_fit(registry, candidate)
        if identity in due.values() and identity not in known:
            mine = [row for row in refined if row["fit_id"] == identity]
            rows += list_rows(mine, registry, continued, now)
        elif identity and identity != newest_fit(registry, name):
            # The data or the configuration are those of an earlier fit again. This fit
            # becomes the newest.
            readopted.append(identity)
    if readopted:
        identities = ", ".join(f"'{identity}'" for identity in readopted)
        earlier = earlier.project(
            f"* replace (case when fit_id in ({identities}) then "
            f"'{now}'::timestamp else adopted_at end as adopted_at)"
        )
    return earlier.union(as_relation(session, rows)) if rows else earlier
