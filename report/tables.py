"""Reads what the boards show from the public tables of a built database."""

from collections import defaultdict
from pathlib import Path

import duckdb
import jinja2

QUERIES = Path(__file__).parent / "queries"
NEEDED = ["customer_segments", "segments", "segment_profiles"]
SMALL = [
    *("segments", "segment_profiles", "segment_rules", "segmentation_quality"),
    *("segmentation_fit_features", "feature_profiles", "feature_histograms"),
    *("feature_correlations", "kmeans_assumptions", "segment_migrations", "drift"),
    *("segmentation_comparison", "segmentation_effects", "segment_overlap"),
    "segmentation_agreement",
]


class CannotReadError(Exception):
    """What a user has to do before there can be a report."""


def quote(name: str) -> str:
    """Quote an identifier for DuckDB."""
    return '"' + name.replace('"', '""') + '"'


class Database:
    """The tables of one schema, read only."""

    def __init__(self, path: Path, schema: str | None = None) -> None:
        """Open the database.

        Args:
            path: the file that a build, or a publication of its tables, has written.
            schema: the schema of the tables; not needed where only one has them.

        Raises:
            CannotReadError: with what to do about it.
        """
        if not path.exists():
            raise CannotReadError(
                f"There is no database {path}. Run `make build` first."
            )
        try:
            self.connection = duckdb.connect(str(path), read_only=True)
        except duckdb.Error as error:
            raise CannotReadError(
                f"{path} cannot be opened. If a build is running, wait for its end.\n"
                f"{error}"
            ) from error
        self.schema = schema or self.only_schema(path)
        self.names = {
            name
            for (name,) in self.connection.execute(
                "select table_name from information_schema.tables "
                "where table_schema = ?",
                [self.schema],
            ).fetchall()
        }
        missing = [name for name in NEEDED if name not in self.names]
        if missing:
            raise CannotReadError(
                f"The schema {self.schema} of {path} has no {missing[0]}. "
                "Run `make build` first."
            )

    def __enter__(self) -> "Database":
        """Close the database with the block: a build needs the file for itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the database."""
        self.connection.close()

    def only_schema(self, path: Path) -> str:
        """Return the one schema that has the tables.

        Raises:
            CannotReadError: where none has, or several have.
        """
        schemas = [
            name
            for (name,) in self.connection.execute(
                "select table_schema from information_schema.tables "
                "where table_name = 'customer_segments' order by 1"
            ).fetchall()
        ]
        if len(schemas) != 1:
            raise CannotReadError(
                f"{path} has no segments. Run `make build` first."
                if not schemas
                else f"Several schemas of {path} have segments: {', '.join(schemas)}. "
                "Name one with --schema."
            )
        return schemas[0]

    def ref(self, name: str) -> str:
        """Return the quoted name of a table, as `ref` does in dbt."""
        return f"{quote(self.schema)}.{quote(name)}"

    def rows(self, sql: str, parameters: dict | None = None) -> list[dict]:
        """Return the rows of a query as dictionaries.

        Raises:
            CannotReadError: where a view names another file than this one.
        """
        try:
            found = self.connection.execute(sql, parameters or {})
        except duckdb.BinderException as error:
            raise CannotReadError(
                "A view cannot be read. Views name the file that they were built in: "
                f"give it that name again, or build anew.\n{error}"
            ) from error
        columns = [column[0] for column in found.description]
        return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]

    def read(self, name: str) -> list[dict]:
        """Return a whole table in an order of its own; no rows where it is missing."""
        if name not in self.names:
            return []
        return self.rows(f"select * from {self.ref(name)} order by all")

    def query(self, name: str, parameters: dict, **names: object) -> list[dict]:
        """Return the rows of a file in `queries`, a template over names of columns."""
        template = jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(
            (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
        )
        sql = template.render(ref=self.ref, quote=quote, **names)
        return self.rows(sql, parameters)


def ordered_segmentations(database: Database, names: set[str]) -> list[str]:
    """Return the segmentations as configured: the order of the columns of audiences."""
    places = {
        column.removesuffix("_segment_id"): place
        for column, place in database.connection.execute(
            "select column_name, ordinal_position from information_schema.columns "
            "where table_schema = ? and table_name = 'audiences'",
            [database.schema],
        ).fetchall()
        if column.endswith("_segment_id")
    }
    return sorted(names, key=lambda name: (places.get(name, len(places) + 999), name))


def telling_features(
    segmentation: str, effects: list[dict], features: list[str]
) -> list[tuple]:
    """Sort features by how much of their variance lies between the segments.

    Args:
        segmentation: the segmentation, of K-means.
        effects: rows of segmentation_effects.
        features: those that form the segments.

    Returns:
        The features with that share, the largest first; without shares as they are.
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
    """Return everything that the boards show, and let go of the database.

    Raises:
        CannotReadError: where there is nothing to show.
    """
    with Database(path, schema) as database:
        tables = {name: database.read(name) for name in SMALL}
        if not tables["segments"]:
            raise CannotReadError(
                f"The tables of {path} are empty. Build with customers."
            )
        segmentations = ordered_segmentations(
            database, {row["segmentation"] for row in tables["segments"]}
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
    }


def scatter_axes(
    tables: dict, segmentation: str, features: list[str], quantiles: list[dict]
) -> tuple[str, str]:
    """Return the two features that tell the segments apart best, numbers first.

    Features with two values, such as categories, make no scatter: they come last.
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
