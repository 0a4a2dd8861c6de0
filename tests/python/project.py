"""Runs dbt on this project with a database and a target folder of its own."""

import json
import os
import shutil
from pathlib import Path
from unittest.mock import patch

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
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
            # Leaves out operations and hooks.
            if hasattr(node, "node") and node.node.resource_type != "operation"
        ]
        # The messages that dbt prints for an error, or for each failed node.
        self.stops = [str(result.exception)] if result.exception else []
        self.stops += [
            f"{node.node.name}: {node.message}"
            for node in results
            if node.status.value in ("error", "fail")
        ]
        self.nodes = {
            node.node.name: node.status.value
            for node in results
            if node.status.value != "no-op"  # leaves out exposures
        }
        self.shown = {
            node.node.name: [dict(row.dict()) for row in node.agate_table.rows]
            for node in results
            if getattr(node, "agate_table", None) is not None
        }


class Project:
    """A database that a test can build several times.

    Attributes:
        last_parse: variables, manifest and manifest.json of the last parse of ROOT.
    """

    last_parse: tuple[dict, Manifest, bytes] | None = None

    def __init__(self, folder: Path, project: Path = ROOT):
        self.folder = folder
        self.project = project
        self.database = folder / "customer_segmentation.duckdb"

    @property
    def published(self) -> Path:
        """The folder of the current publication, in `published` beside the database."""
        return self.folder / "published" / "current"

    def dbt(
        self, *arguments: str, threads: int = 2, anew: bool = False, **variables
    ) -> Result:
        """Run a dbt command with the keyword arguments as --vars. It publishes only if
        they contain `segmentation_publish_to`.

        To save time, dbt does not parse files again that this process has read before
        (dbt has this cache for its own tests). If the variables are those of the
        previous command, dbt does not parse ROOT at all. With `anew`, dbt reads all
        files again, so that all warnings about them appear.
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
        target = self.folder / "target"

        def run(*arguments: str, manifest: Manifest | None = None):
            return dbtRunner(manifest, callbacks=[listen]).invoke(
                [
                    *arguments,
                    *("--project-dir", str(self.project)),
                    *("--profiles-dir", str(self.project)),
                    *("--target-path", str(target)),
                    *("--log-path", str(self.folder / "logs")),
                    *("--log-level", "none", "--log-level-file", "none"),
                    *("--vars", json.dumps(variables)),
                ]
            )

        def parse_and_run():
            last = Project.last_parse
            if anew or last is None or last[0] != variables:
                parsed = run("parse")
                if not parsed.success:
                    return parsed
                written = (target / "manifest.json").read_bytes()
                Project.last_parse = (variables, parsed.result, written)
            _, manifest, written = Project.last_parse
            target.mkdir(parents=True, exist_ok=True)
            (target / "manifest.json").write_bytes(written)
            return run(*arguments, manifest=manifest)

        (disable_test_caching if anew else enable_test_caching)()
        with patch.dict(os.environ, environment):
            if "parse" in arguments or self.project != ROOT:
                result = run(*arguments)
            else:
                result = parse_and_run()
        DuckDBConnectionManager.close_all_connections()
        return Result(result, messages, log)

    def copy(self, folder: Path) -> "Project":
        """Return a project in another folder with a copy of the database."""
        with duckdb.connect(str(self.database)):
            pass  # a checkpoint: the file then has all rows, without a write-ahead log
        copied = Project(folder)
        shutil.copy(self.database, copied.database)
        return copied

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
