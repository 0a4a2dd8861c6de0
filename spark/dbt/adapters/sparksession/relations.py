"""DuckDB's relations on Spark.

Python models are written for DuckDB's session and its relations. This module has the
part of that interface that they use. A relation is the text of a query, and each method
returns a relation with a query around it.
"""

import json
import re
from typing import Any

import numpy as np
from pyspark.sql import DataFrame, SparkSession

# The SQL with which Python models write rows. Its groups are the rows and the types.
FROM_JSON = re.compile(r".*unnest\(from_json\('(.*)', '(\[.*\])'\)\).*", re.DOTALL)
TABLES = "from information_schema.tables"


def spark_type(duckdb_type: str | list) -> str:
    """Return Spark's name of a type. A list with one type means an array."""
    if isinstance(duckdb_type, list):
        return f"array<{spark_type(duckdb_type[0])}>"
    if duckdb_type.endswith("[]"):
        return f"array<{spark_type(duckdb_type[:-2])}>"
    return {"VARCHAR": "string", "INTEGER": "int"}.get(duckdb_type, duckdb_type).lower()


class Relation:
    """A query and the session that can run it."""

    def __init__(self, spark: SparkSession, query: str) -> None:
        self.spark, self.query = spark, query

    def _around(self, columns: str, rest: str = "") -> "Relation":
        return Relation(self.spark, f"select {columns} from ({self.query}) {rest}")

    def frame(self) -> DataFrame:
        """Return the relation as a DataFrame of Spark."""
        return self.spark.sql(self.query)

    def write(self, table: str) -> None:
        """Write the relation as a new table."""
        self.frame().write.saveAsTable(table)

    @property
    def columns(self) -> list[str]:
        return self.frame().columns

    def filter(self, condition: str) -> "Relation":
        return self._around("*", f"where {condition}")

    def project(self, columns: str) -> "Relation":
        return self._around(columns)

    select = project

    def order(self, columns: str) -> "Relation":
        return self._around("*", f"order by {columns}")

    def limit(self, rows: int) -> "Relation":
        return self._around("*", f"limit {rows}")

    def aggregate(self, columns: str, group_by: str) -> "Relation":
        return self._around(columns, f"group by {group_by}")

    def max(self, column: str) -> "Relation":
        return self._around(f"max({column})")

    def union(self, other: "Relation") -> "Relation":
        return Relation(self.spark, f"{self.query} union all {other.query}")

    def fetchall(self) -> list[tuple]:
        """Return all rows, with a list for each array."""
        return [tuple(row) for row in self.frame().collect()]

    def fetchone(self) -> tuple:
        return self.fetchall()[0]

    def fetchnumpy(self) -> dict[str, np.ndarray]:
        """Return an array for each column, with lists for arrays of Spark."""
        frame = self.frame()
        rows = frame.collect()
        columns = {}
        for position, name in enumerate(frame.columns):
            columns[name] = np.empty(len(rows), dtype=object)
            for place, row in enumerate(rows):
                columns[name][place] = row[position]
            if rows and not isinstance(rows[0][position], list):
                columns[name] = np.array(list(columns[name]))
        return columns


class Session:
    """A session that runs the SQL of Python models."""

    def __init__(self, spark: SparkSession) -> None:
        self.spark = spark

    def cursor(self) -> "Session":
        return self

    def table(self, name: str) -> Relation:
        return Relation(self.spark, f"select * from {name}")

    def sql(self, text: str) -> Relation:
        """Return the result of a query. Two kinds of queries are in DuckDB's SQL: rows
        as JSON, and the list of tables.
        """
        given = FROM_JSON.fullmatch(text)
        if given:
            return self._rows(*map(json.loads, given.groups()))
        if text.startswith(TABLES):
            return Relation(self.spark, self._tables() + text.removeprefix(TABLES))
        return Relation(self.spark, text)

    execute = sql

    def _tables(self) -> str:
        tables = [
            ("None", schema.name, table.name)
            for schema in self.spark.catalog.listDatabases()
            for table in self.spark.catalog.listTables(schema.name)
        ]
        view = "information_schema_tables"
        names = "table_catalog string, table_schema string, table_name string"
        self.spark.createDataFrame(tables, names).createOrReplaceTempView(view)
        return f"select * from {view} "

    def _rows(self, rows: list[dict[str, Any]], structure: list[dict]) -> Relation:
        types = ", ".join(f"{n}: {spark_type(t)}" for n, t in structure[0].items())
        text = json.dumps(rows).replace("\\", "\\\\").replace("'", "\\'")
        return Relation(
            self.spark, f"select inline(from_json('{text}', 'array<struct<{types}>>'))"
        )
