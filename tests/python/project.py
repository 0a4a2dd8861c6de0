"""Runs dbt on this project with a database and a target folder of its own."""

import json
import os
from pathlib import Path
from unittest.mock import patch

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt_common.tests import disable_test_caching, enable_test_caching

ROOT = Path(__file__).parents[2]


class Result:
    """The result of a dbt command."""

    def __init__(self, result, messages: list[str], log: list[str]):
        self.success = result.success
        self.messages = messages  # warnings and errors
        self.log = log
        self.error = "\n".join([str(result.exception or ""), *messages])
        results = [
            node
            for node in getattr(result.result, "results", None) or []
            # leaves out operations and hooks
            if hasattr(node, "node") and node.node.resource_type != "operation"
        ]
        # the messages that dbt prints for an error, or for each failed node
        self.stops = [str(result.exception)] if result.exception else []
        self.stops += [
            f"{node.node.name}: {node.message}"
            for node in results
            if node.status.value in ("error", "fail")
        ]
        self.nodes = {
            node.node.name: node.status.value
            for node in results
            if node.status.value != "no-op"  # exposures
        }
        self.shown = {
            node.node.name: [dict(row.dict()) for row in node.agate_table.rows]
            for node in results
            if getattr(node, "agate_table", None) is not None
        }


class Project:
    """A database that a test can build several times."""

    def __init__(self, folder: Path, project: Path = ROOT):
        self.folder = folder
        self.project = project
        self.database = folder / "customer_segmentation.duckdb"

    @property
    def published(self) -> Path:
        """The current publication in `published`, beside the database."""
        return self.folder / "published" / "current"

    def dbt(
        self, *arguments: str, threads: int = 2, anew: bool = False, **variables
    ) -> Result:
        """Run a dbt command with the keyword arguments as --vars. Nothing is published
        unless they set a folder.

        To save time, dbt does not parse files again that this process has read before;
        dbt has this cache for its own tests. With `anew`, all files are read again, so
        that all warnings about them appear.
        """
        variables = {"segmentation_publish_to": ""} | variables
        messages, log = [], []

        def listen(event):
            log.append(event.info.msg)
            if event.info.level in ("warn", "error"):
                messages.append(event.info.msg)

        environment = {
            "SEGMENTATION_DATABASE": str(self.database),
            "SEGMENTATION_THREADS": str(threads),
            "SEGMENTATION_TEMP_DIRECTORY": str(self.folder / "spill"),
        }
        (disable_test_caching if anew else enable_test_caching)()
        with patch.dict(os.environ, environment):
            result = dbtRunner(callbacks=[listen]).invoke(
                [
                    *arguments,
                    *("--project-dir", str(self.project)),
                    *("--profiles-dir", str(self.project)),
                    *("--target-path", str(self.folder / "target")),
                    *("--log-path", str(self.folder / "logs")),
                    *("--log-level", "none", "--log-level-file", "none"),
                    *("--vars", json.dumps(variables)),
                ]
            )
        DuckDBConnectionManager.close_all_connections()
        return Result(result, messages, log)

    def standardized(self) -> str:
        """Return SQL of a relation with the customers of each K-means segmentation and
        their values, standardized by today's preparation, in one column per feature.
        """
        columns = {}
        for segmentation, feature, place, weight in self.query(
            "select segmentation, feature, position + 1, weight "
            "from int_segmentation_features order by all"
        ):
            columns.setdefault(segmentation, []).append(
                f'point[{place}] / sqrt({weight}::double) as "{feature}"'
            )
        return "({})".format(
            " union all by name ".join(
                f"select customer_id, segmentation, {', '.join(listed)} "
                f"from int_training_points where segmentation = '{segmentation}'"
                for segmentation, listed in columns.items()
            )
        )

    def query(self, sql: str) -> list[tuple]:
        """Return the rows of a query on the built database."""
        with duckdb.connect(str(self.database)) as connection:
            return connection.sql(sql).fetchall()
