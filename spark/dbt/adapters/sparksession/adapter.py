"""The adapter: dbt-spark's adapter, which can also run Python models."""

from __future__ import annotations

from typing import Any

from dbt.adapters.base import PythonJobHelper
from dbt.adapters.spark import SparkAdapter
from dbt.adapters.sparksession.connections import (
    SparkSessionConnectionManager,
    SparkSessionCredentials,
    start_session,
)
from dbt.adapters.sparksession.relations import Session
from dbt_common.exceptions import DbtRuntimeError


class SessionPythonJobHelper(PythonJobHelper):
    """Runs a Python model in the Spark session that also runs its SQL."""

    def __init__(
        self, parsed_model: dict[str, Any], credentials: SparkSessionCredentials
    ) -> None:
        self.name = parsed_model["name"]
        self.settings = credentials.server_side_parameters

    def submit(self, compiled_code: str) -> None:
        """Run the model and write its table.

        Raises:
            DbtRuntimeError: the model raised an error.
        """
        session = Session(start_session(self.settings))
        names = {"__name__": self.name, "session": session}
        try:
            exec(compile(compiled_code, f"{self.name}.py", "exec"), names)
        except Exception as error:
            raise DbtRuntimeError(
                f"Python model {self.name} failed:\n{type(error).__name__}: {error}"
            ) from error


class SparkSessionAdapter(SparkAdapter):
    """dbt-spark's adapter with Python models."""

    ConnectionManager = SparkSessionConnectionManager

    @classmethod
    def type(cls) -> str:
        return "sparksession"

    @property
    def default_python_submission_method(self) -> str:
        return "session"

    @property
    def python_submission_helpers(self) -> dict[str, type[PythonJobHelper]]:
        return {"session": SessionPythonJobHelper}
