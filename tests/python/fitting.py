"""Inputs of the model kmeans_fits, as earlier models would write them."""

from zlib import crc32

import pandas as pd
from sklearn.preprocessing import StandardScaler

PEOPLE = [[30, 20], [30, 80], [60, 20], [60, 80]]
# Signs of the coordinates of the candidates' centroids, in the order of the candidates.
# The segments of a fit have another order.
SIGNS = ((-1, -1), (1, 1), (-1, 1), (1, -1))
SEGMENTATIONS = {"value": ["age", "income"], "lifestyle": ["age"]}
LISTS = ["centroids", "segment_stability"]
KEY = ["segmentation", "configuration_hash", "data_fingerprint", "clusters"]


def new_inputs(session, groups):
    """Write the inputs of the model, and tables with misleading names."""
    fill(session, groups(PEOPLE, 40, 3.0, 11).round())
    for name in ("customers", "training", "registry", "found", "sample"):
        session.execute(f"create table {name} as select 'decoy' as age")
    session.execute("create table base_registry as select '' as fit_id where false")
    session.execute("create view int_build as select now()::timestamp as started_at")
    session.execute(
        "create table int_continued_segments "
        "(segmentation varchar, segment_index int, segment_id varchar)"
    )
    return session


def fill(session, raw, due=("value", "lifestyle")):
    """Write the tables that the model refers to, as earlier models would.

    Args:
        session: connection of DuckDB.
        raw: (n, 2) age and income of the customers.
        due: segmentations that have training vectors.
    """
    scaler = StandardScaler().fit(raw)
    z = pd.DataFrame(scaler.transform(raw), columns=["age", "income"])
    points, preparations, quality = [], [], []
    for segmentation, features in SEGMENTATIONS.items():
        point = z[features].to_numpy().tolist()
        points.append(pd.DataFrame({"segmentation": segmentation, "point": point}))
        for position, feature in enumerate(features):
            preparations.append(
                {
                    "segmentation": segmentation,
                    "feature": feature,
                    "position": position,
                    "customers": len(raw),
                    "imputed_value": 40.0 if feature == "age" else None,
                    "lower_bound": None,
                    "upper_bound": 1e6,
                    "transform": "none",
                    "center": scaler.mean_[position],
                    "scale": scaler.scale_[position],
                    "weight": 1.0,
                    "lowest_z": z[feature].min(),
                    "highest_z": z[feature].max(),
                }
            )
        for clusters in (2, 3, 4):
            quality.append(
                {
                    "segmentation": segmentation,
                    "configuration_hash": f"{segmentation}-c1",
                    "data_fingerprint": f"d{crc32(raw.tobytes())}",
                    "clusters": clusters,
                    "customers": len(raw),
                    "training_customers": len(raw),
                    "inertia": 0.3 * len(raw),
                    "simplified_silhouette": 0.1 * clusters,
                    "stability": 0.2 * clusters,
                    "is_chosen": clusters == 2 * len(features),
                    "centroids": [
                        [1.5 * sign for sign in signs[: len(features)]]
                        for signs in SIGNS[:clusters]
                    ],
                    "segment_stability": [0.9, 0.8, 0.7, 0.6][:clusters],
                }
            )
    quality = pd.DataFrame(quality)
    tables = {
        "int_training_points": pd.concat(points),
        "feature_preparation": pd.DataFrame(preparations[::-1]),
        "segmentation_quality": quality.drop(columns=LISTS),
        "kmeans_candidates": quality[[*KEY, "centroids"]],
        "candidate_stabilities": quality[[*KEY, "stability", "segment_stability"]],
    }
    for name, frame in tables.items():
        session.register("frame", frame)
        session.execute(f"create or replace table {name} as from frame")
        session.unregister("frame")
    session.execute(
        """
        create or replace table int_training_vectors as
        select segmentation, point, count(*) as customers
        from int_training_points
        where list_contains(?, segmentation)
        group by segmentation, point
        """,
        [list(due)],
    )
    session.execute("""
        create or replace table int_preparations as
        select
            segmentation,
            list(weight order by position) as weights,
            list(greatest(abs(lowest_z), abs(highest_z)) order by position)
                as largest_coordinates
        from feature_preparation
        group by segmentation
    """)


def of(rows, segmentation):
    return [row for row in rows if row["segmentation"] == segmentation]


def draw(project, choice):
    """Mark the candidates as fitted on a sample of the customers.

    Args:
        project: connection of the database.
        choice: number of customers in the sample.
    """
    project.execute(f"""
        update segmentation_quality
        set training_customers = {choice}, inertia = inertia * {choice} / customers
    """)


FITTED = ("kmeans_fits", "kmeans_refinements", "kmeans_starts")


def forget(project):
    """Drop the tables with fits of earlier builds."""
    for name in FITTED:
        project.execute(f"drop table if exists {name}")
