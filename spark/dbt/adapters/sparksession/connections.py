"""Connects dbt to Spark by a session that dbt starts in its own Python process."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dbt.adapters.contracts.connection import Connection as OpenedConnection
from dbt.adapters.spark import SparkConnectionManager, SparkCredentials
from dbt.adapters.spark.session import SessionConnectionWrapper
from dbt_common.exceptions import DbtRuntimeError
from pyspark.sql import SparkSession


@dataclass
class SparkSessionCredentials(SparkCredentials):
    """The profile. `server_side_parameters` are the session's settings."""

    host: str | None = "session"
    method: str = "session"

    def __post_init__(self) -> None:
        """Check that Java is installed.

        Raises:
            DbtRuntimeError: there is no Java, which Spark needs.
        """
        super().__post_init__()
        if "spark.remote" not in self.server_side_parameters and not shutil.which(
            "java"
        ):
            raise DbtRuntimeError(
                "Spark needs Java, and there is no command `java`. Install Java 17 or "
                "21, or choose another target: dbt build --target duckdb"
            )

    @property
    def type(self) -> str:
        return "sparksession"


def start_session(settings: dict[str, Any]) -> SparkSession:
    """Return the running session if there is one, else a new one with the settings."""
    builder = SparkSession.builder.enableHiveSupport()
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def as_literal(value: object) -> str:
    """Return a value of a seed as SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bool | int | float):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"


class Connection(SessionConnectionWrapper):
    """A connection that writes values of seeds correctly. That of dbt-spark writes
    missing values as the text 'None', and does not escape quotes.
    """

    def execute(self, sql: str, bindings: Sequence[Any] | None = None) -> None:
        if bindings:
            sql = sql % tuple(as_literal(value) for value in bindings)
        super().execute(sql)


class SparkSessionConnectionManager(SparkConnectionManager):
    """dbt-spark's connection manager, with the class Connection."""

    TYPE = "sparksession"

    @classmethod
    def open(cls, connection: OpenedConnection) -> OpenedConnection:
        opened = super().open(connection)
        opened.handle = Connection(opened.handle.handle)
        return opened
