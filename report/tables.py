"""Reads the data of the boards from the public tables of a built database."""

from collections import defaultdict
from pathlib import Path

from database import CannotReadError, Database
from scoring import scoring_models

SMALL = [
    *("segments", "segment_profiles", "segment_rules", "segmentation_quality"),
    *("segmentation_fit_features", "feature_profiles", "feature_histograms"),
    *("feature_correlations", "kmeans_assumptions", "segment_migrations", "drift"),
    *("segmentation_comparison", "segmentation_effects", "segment_overlap"),
    *("segmentation_agreement", "segment_composition", "segmentation_fit_centroids"),
    *("scoring_functions", "published_tables"),
]


def audience(database: Database, tables: dict) -> dict:
    """Return the columns of `audiences` in order, and its published file."""
    columns = database.connection.execute(
        "select column_name from information_schema.columns where table_schema = ? "
        "and table_name = 'audiences' order by ordinal_position",
        [database.schema],
    ).fetchall()
    files = [
        row["parquet_file"]
        for row in tables["published_tables"]
        if row["table_name"] == "audiences"
    ]
    return {
        "schema": database.schema,
        "columns": [column for (column,) in columns],
        "file": files[0] if files else None,
    }


def ordered_segmentations(columns: list[str], names: set[str]) -> list[str]:
    """Return the segmentations in configured order, which the columns of `audiences`
    have.
    """
    places = {
        column.removesuffix("_segment_id"): place
        for place, column in enumerate(columns)
        if column.endswith("_segment_id")
    }
    return sorted(names, key=lambda name: (places.get(name, len(places) + 999), name))


def telling_features(
    segmentation: str, effects: list[dict], features: list[str]
) -> list[tuple]:
    """Sort features by how much of their variance lies between the segments.

    Args:
        segmentation: a K-means segmentation.
        effects: rows of segmentation_effects.
        features: the features that form the segments.

    Returns:
        The features with this share, the largest first. Without shares, the order is
        that of `features`.
    """
    between = {
        row["feature"]: row["eta_squared"]
        for row in effects
        if (row["divided_by"], row["kind"]) == (segmentation, "kmeans")
        and row["feature"] in features
        and row["eta_squared"] is not None
    }
    return sorted(
        ((feature, between.get(feature)) for feature in features),
        key=lambda item: (-(item[1] or 0), features.index(item[0])),
    )


def read_all(path: Path, schema: str | None, points: int) -> dict:
    """Return everything that the boards show, and close the database.

    Raises:
        CannotReadError: there is nothing to show.
    """
    with Database(path, schema) as database:
        tables = {name: database.read(name) for name in SMALL}
        if not tables["segments"]:
            raise CannotReadError(
                f"The tables of {path} are empty. Build with customers."
            )
        reached = audience(database, tables)
        segmentations = ordered_segmentations(
            reached["columns"], {row["segmentation"] for row in tables["segments"]}
        )
        measures = [
            column.removesuffix("_total")
            for column in tables["segments"][0]
            if column.endswith("_total")
        ]
        (scored,) = database.rows(
            f"select max(scored_at) as day from {database.ref('customer_segments')}"
        )
        as_of = max(
            (day for row in tables["segments"] if (day := row.get("data_as_of"))),
            default=scored["day"],
        )
        features, points_of, axes, quantiles = defaultdict(list), {}, {}, {}
        for row in sorted(
            tables["segmentation_fit_features"], key=lambda row: row["position"]
        ):
            if row["is_champion"]:
                features[row["segmentation"]].append(row)
        if "customer_features" in database.names:
            for segmentation, rows in features.items():
                names = [row["feature"] for row in rows]
                parameters = {"segmentation": segmentation}
                quantiles[segmentation] = database.query(
                    "segment_quantiles", parameters, features=names
                )
                x, y = scatter_axes(
                    tables, segmentation, names, quantiles[segmentation]
                )
                axes[segmentation] = (x, y)
                points_of[segmentation] = database.query(
                    "segment_points", {**parameters, "points": points}, x=x, y=y
                )
        models = scoring_models(database, tables, quantiles)
    return {
        **tables,
        "segmentations": segmentations,
        "measures": measures,
        "as_of": as_of,
        "scored_at": scored["day"],
        "features": dict(features),
        "quantiles": quantiles,
        "points": points_of,
        "axes": axes,
        "audience": reached,
        "scoring": models,
    }


def scatter_axes(
    tables: dict, segmentation: str, features: list[str], quantiles: list[dict]
) -> tuple[str, str]:
    """Return the two features that tell the segments apart best, numbers first.

    Features with two values, such as categories, come last: their points overlap.
    """
    is_binary = {
        features[row["position"]]: row["distinct_values"] <= 2
        for row in quantiles
        if row["segment_id"] is None
    }
    best = sorted(
        (
            name
            for name, _ in telling_features(
                segmentation, tables["segmentation_effects"], features
            )
        ),
        key=lambda name: is_binary.get(name, True),
    )
    return (best * 2)[0], (best * 2)[1]
