"""Name the program that has the database open. Without this plugin of dbt-duckdb, dbt
prints a traceback that ends with advice that does not help.
"""

import re
from pathlib import Path

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin


class Plugin(BasePlugin):
    """Plugin that opens the database once before dbt does."""

    def initialize(self, plugin_config: dict) -> None:
        """Stop if another program has the database open.

        Raises:
            RuntimeError: another program has it open. dbt prints this type of error
                without a traceback.
        """
        database = Path(self.creds.path)
        if not database.is_file():
            return
        try:
            duckdb.connect(str(database)).close()
        except duckdb.IOException as error:
            holder = re.search(r"held in (.+) \(PID (\d+)\)", str(error))
            if holder:
                program, process = holder.groups()
                raise RuntimeError(
                    f"The database {database} is in use: {Path(program).name} (process"
                    f" {process}) has it open.\n"
                    "Close that program, or wait for its build to end. What only reads"
                    " should open the published file instead: see docs/connect.md."
                ) from error
        except duckdb.ConnectionException:
            pass  # this program itself has it open, so dbt can open it, too
