"""The published files can be read with DuckDB (also an old version), SQLAlchemy and
pandas, as BI tools and notebooks do. Each client runs in a separate process.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

OLD_CLIENT = Path(sys.prefix) / "old-duckdb"

FACTS = """
facts = {
    "client": duckdb.__version__,
    "tables": dict(
        connection.execute(
            "select table_name, row_count from published_tables"
        ).fetchall()
    ),
    "counted": {
        name: connection.execute(f"select count(*) from {name}").fetchone()[0]
        for name, in connection.execute(
            "select table_name from duckdb_tables() "
            "where table_name != 'published_tables'"
        ).fetchall()
    },
    "comments": connection.execute(
        "select count(*) from duckdb_columns() where comment is not null"
    ).fetchone()[0],
    "segments": connection.execute(
        "select segment_id, customers from segments where segmentation = 'lifestyle' "
        "order by segment_id"
    ).fetchall(),
    "function": connection.execute(
        "select customer.segment_id from "
        "(select lifestyle_segment(35, 60, 80) as customer)"
    ).fetchone()[0],
}
try:
    connection.execute("create table mine as select 1 as one")
except duckdb.Error as error:
    facts["refused"] = str(error)
"""

DUCKDB = (
    """
import duckdb, json, sys
connection = duckdb.connect(sys.argv[1] + "/segments.duckdb", read_only=True)
"""
    + FACTS
    + "print(json.dumps(facts))"
)

SQLALCHEMY = """
import json, sys
import sqlalchemy
engine = sqlalchemy.create_engine(
    "duckdb:///" + sys.argv[1] + "/segments.duckdb",
    connect_args={"read_only": True},
    poolclass=sqlalchemy.pool.NullPool,
)
inspector = sqlalchemy.inspect(engine)
facts = {
    "tables": inspector.get_table_names(),
    "columns": {
        column["name"]: str(column["type"])
        for column in inspector.get_columns("customer_segments")
    },
}
customer_segments = sqlalchemy.table(
    "customer_segments", *map(sqlalchemy.column, facts["columns"])
)
grouped = (
    sqlalchemy.select(customer_segments.c.segment_id, sqlalchemy.func.count())
    .where(customer_segments.c.segmentation == "lifestyle")
    .group_by(customer_segments.c.segment_id)
    .order_by(customer_segments.c.segment_id)
)
with engine.connect() as connection:
    facts["segments"] = [list(row) for row in connection.execute(grouped)]
    try:
        connection.execute(sqlalchemy.text("create table mine as select 1 as one"))
    except sqlalchemy.exc.DBAPIError as error:
        facts["refused"] = str(error)
print(json.dumps(facts))
"""

PANDAS = """
import json, sys
import pandas
folder = sys.argv[1] + "/parquet/"
manifest = json.load(open(sys.argv[1] + "/manifest.json"))
members = pandas.read_parquet(folder + "customer_segments.parquet")
members = members[members["segmentation"] == "lifestyle"]
facts = {
    "tables": {
        table["table_name"]: table["row_count"] for table in manifest["tables"]
    },
    "counted": {
        table["table_name"]: len(pandas.read_parquet(
            sys.argv[1] + "/" + table["parquet_file"]
        ))
        for table in manifest["tables"]
    },
    "types": {name: str(kind) for name, kind in members.dtypes.items()},
    "segments": sorted(members.groupby("segment_id").size().items()),
}
print(json.dumps(facts))
"""


@pytest.fixture(scope="module")
def published(sample):
    """The publication of the sample, and the segments in the build's own database."""
    segments = sample.query(
        "select segment_id, customers from segments where segmentation = 'lifestyle' "
        "order by segment_id"
    )
    return sample.published, [list(row) for row in segments]


def run(code: str, folder: Path, modules: Path | None = None) -> dict:
    """Run Python code in a separate process and return the JSON that it prints."""
    environment = {key: text for key, text in os.environ.items() if key != "PYTHONPATH"}
    if modules:
        environment["PYTHONPATH"] = str(modules)
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("client", "modules"), [("1.5", None), (("1.0", "1.1"), OLD_CLIENT)]
)
def test_duckdb_reads_all_of_it_and_writes_nothing(published, client, modules):
    folder, segments = published
    assert modules is None or modules.exists(), "`make test` sets up the old client"
    facts = run(DUCKDB, folder, modules)

    assert facts["client"].startswith(client)
    assert len(facts["tables"]) > 20
    assert facts["counted"] == facts["tables"]
    assert facts["comments"] > 200
    assert facts["segments"] == segments
    assert facts["function"] == "lifestyle-1"
    assert "read-only mode" in facts["refused"]


def test_sqlalchemy_reflects_and_groups_and_writes_nothing(published):
    folder, segments = published
    facts = run(SQLALCHEMY, folder)

    assert {"segments", "published_tables"} <= set(facts["tables"])
    assert facts["columns"]["margin"] == "FLOAT"
    assert facts["columns"]["scored_at"] == "TIMESTAMP"
    assert facts["segments"] == segments
    assert "read-only mode" in facts["refused"]


def test_pandas_reads_every_parquet_file(published):
    folder, segments = published
    facts = run(PANDAS, folder)

    assert facts["counted"] == facts["tables"]
    assert facts["types"]["margin"] == "float64"
    assert facts["types"]["scored_at"].startswith("datetime64")
    assert facts["segments"] == segments
