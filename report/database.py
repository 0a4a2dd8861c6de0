"""A built database, opened to read only."""

from pathlib import Path

import duckdb
import jinja2

QUERIES = Path(__file__).parent / "queries"
NEEDED = ["customer_segments", "segments", "segment_profiles"]


class CannotReadError(Exception):
    """An error whose message says what a user must do before a report is possible."""


def quote(name: str) -> str:
    """Quote an identifier for DuckDB."""
    return '"' + name.replace('"', '""') + '"'


class Database:
    """The tables of one schema, read only."""

    def __init__(self, path: Path, schema: str | None = None) -> None:
        """Open the database.

        Args:
            path: the file that a build, or a publication of its tables, has written.
            schema: the schema of the tables, needed if several schemas have them.

        Raises:
            CannotReadError: the message says what to do.
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
        """Return the database. The end of the block closes it for the next build."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the database."""
        self.connection.close()

    def only_schema(self, path: Path) -> str:
        """Return the one schema that has the tables.

        Raises:
            CannotReadError: no schema has the tables, or several schemas have them.
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
            CannotReadError: a view names another file than this one.
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
        """Return a table in a fixed order, or no rows if there is no such table."""
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
