"""An erased customer leaves no trace in any file that the project writes."""

import json
import os
import subprocess
import sys

import duckdb
import pytest
from loading import load_model
from project import ROOT, Project

ERASE = ROOT / "macros" / "history" / "erase_customer.py"
ERASED, TOWN = "erased-customer-7f3a9c1e", "Town of the erased 51d0"
CUSTOMERS = f"""
    select
        if(i = 7, '{ERASED}', 'customer-' || i) as id,
        (i % 3) * 10 + hash(i) % 100 / 50 as x,
        if(i = 7, '{TOWN}', 'Town ' || i % 2) as town
    from range(200) as numbers(i)
"""


class Shop(Project):
    """A project whose files all lie in one folder."""

    def __init__(self, folder):
        super().__init__(folder)
        (folder / "campaign").mkdir()
        self.variables = {
            "segmentation_customers": f"read_parquet('{folder}/customers.parquet')",
            "segmentation_customer_id": "id",
            "segmentation_features": {"x": {}},
            "segmentation_measures": {},
            "segmentation_attributes": ["town"],
            "segmentations": {
                "groups": {"features": ["x"], "clusters": 3},
                "towns": {"by": "town"},
            },
            "segmentation_restarts": 2,
            "segmentation_publish_to": str(folder / "published"),
            "segmentation_export_folder": str(folder / "campaign"),
        }

    def has(self, condition: str) -> None:
        """Replace the source with the customers that fulfill a condition."""
        duckdb.sql(f"from ({CUSTOMERS}) where {condition}").write_parquet(
            str(self.folder / "customers.parquet")
        )

    def command(self, *command: str) -> subprocess.CompletedProcess:
        """Run a command on this project, as a user does in a shell."""
        folder = self.folder
        return subprocess.run(
            [
                *(sys.executable, *command, "--project-dir", str(ROOT)),
                *("--profiles-dir", str(ROOT), "--vars", json.dumps(self.variables)),
                *("--target-path", str(folder / "target")),
                *("--log-path", str(folder / "logs")),
            ],
            cwd=folder,
            env=os.environ
            | {
                "SEGMENTATION_DATABASE": str(self.database),
                "SEGMENTATION_TEMP_DIRECTORY": str(folder / "target" / "spill"),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def erase(self) -> subprocess.CompletedProcess:
        return self.command(str(ERASE), ERASED, "--selector", "own_customers")

    def files_with(self, text: str) -> set[str]:
        """Return the files that contain a text, except the source."""
        return {
            str(file.relative_to(self.folder))
            for file in self.folder.rglob("*")
            if file.is_file()
            and file.name != "customers.parquet"
            and text.encode() in file.read_bytes()
        }


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A project that was built with the customer and has a report. The customer is
    erased twice. The first time is too early, because the source still has the
    customer.
    """
    shop = Shop(tmp_path_factory.mktemp("erasure"))
    shop.has("true")
    dbt = ("-c", "from dbt.cli.main import cli; cli()")
    built = shop.command(*dbt, "build", "--selector", "own_customers")
    assert built.returncode == 0, built.stdout
    look = ("show", "--select", "audiences", "--limit", "500", "--output", "json")
    shown = shop.command(*dbt, *look)
    assert shown.returncode == 0, shown.stdout
    report = shop.folder / "target" / "report"
    report.mkdir()
    (report / "index.html").write_text(f"{TOWN}: one customer")
    shop.before = {text: shop.files_with(text) for text in (ERASED, TOWN)}

    shop.refused = shop.erase()
    shop.stays_when_refused = shop.query(
        f"select count(*) from customer_segment_history where customer_id = '{ERASED}'"
    )
    shop.has(f"id != '{ERASED}'")
    shop.erased = shop.erase()
    return shop


@pytest.mark.slow
def test_the_customer_was_everywhere(shop):
    for text in (ERASED, TOWN):
        assert {"customer_segmentation.duckdb", "campaign/audiences.csv"} <= (
            shop.before[text]
        )
    assert "logs/dbt.log" in shop.before[ERASED]
    assert "target/report/index.html" in shop.before[TOWN]


@pytest.mark.slow
def test_nobody_is_erased_who_would_come_back(shop):
    assert shop.refused.returncode == 1
    assert "The customer is still in the source" in shop.refused.stderr
    assert shop.stays_when_refused == [(2,)]


@pytest.mark.slow
@pytest.mark.parametrize("text", [ERASED, TOWN])
def test_no_file_has_a_trace(shop, text):
    assert shop.erased.returncode == 0, shop.erased.stdout + shop.erased.stderr
    assert "No trace of the customer is left" in shop.erased.stdout
    assert shop.files_with(text) == set()
    for table in shop.query("select table_name from duckdb_tables()"):
        assert text not in str(shop.query(f'from "{table[0]}"'))
    versions = list((shop.folder / "published" / "versions").iterdir())
    assert len(versions) == 1
    for file in versions[0].glob("parquet/*.parquet"):
        assert text not in str(duckdb.read_parquet(str(file)).fetchall())


@pytest.mark.slow
def test_the_others_stay(shop):
    stays = "from customer_segment_history select count(*), min(cause), max(ending)"

    assert shop.query(stays) == [(398, "joined", None)]
    assert shop.query("select sum(customers) from segment_migrations") == [(398,)]
    assert shop.query("select sum(groups_segment(1) is not null) from segments") == [
        (5,)
    ]
    assert "customer-8" not in shop.erased.stdout + shop.erased.stderr


# ---------- the search for traces


@pytest.fixture(scope="module")
def traces():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "models" / "publish"))
        yield load_model("macros/history/traces.py").traces


PLANTED = {
    "as an id": ("select 'c-000042' as customer_id", ["c-000042"]),
    "as a number": ("select 42::bigint as customer_id", ["0042", "42"]),
    "as a text": ("select 'c42' as owner", ["c42"]),
    "in a text": ("select 'given by c-000042.' as note", ["c-000042"]),
    "in a list": ("select ['7', null] as rejected_row", ["7"]),
    "in a row as JSON": ("select {'a': 'c-000042'}::json as line", ["c-000042"]),
}
OTHERS = {
    "a longer id": ("select 'c-0000421' as customer_id", ["c-000042"]),
    "another number": ("select 42 as customers, 1 as customer_id", ["42"]),
    "a short text": ("select 'at 42 degrees' as note", ["42"]),
}


@pytest.mark.parametrize("place", PLANTED | OTHERS)
@pytest.mark.parametrize("kind", ["duckdb", "parquet"])
def test_a_trace_is_found_and_others_are_not(traces, tmp_path, place, kind):
    sql, ids = (PLANTED | OTHERS)[place]
    file = tmp_path / f"some.{kind}"
    if kind == "parquet":
        duckdb.sql(sql).write_parquet(str(file))
    else:
        with duckdb.connect(str(file)) as database:
            database.execute(f"create table planted as {sql}")

    assert len(traces(file, ids)) == (place in PLANTED)


def test_what_was_deleted_is_found_in_the_bytes_of_a_database(traces, tmp_path):
    file = tmp_path / "some.duckdb"
    with duckdb.connect(str(file)) as database:
        database.execute("""
            set disabled_compression_methods = 'fsst,dict_fsst,zstd,dictionary';
            create table planted as
            select 'c-' || (100000 + i) as customer_id from range(5000) as t(i);
            checkpoint;
            delete from planted where customer_id = 'c-100042'
        """)

    assert traces(file, ["c-100042"]) == [
        "bytes that spell the id, in none of its tables"
    ]
    assert traces(file, ["c-200042"]) == []


@pytest.mark.parametrize(
    ("text", "ids", "found"),
    [
        ("id,c-000042\n", ["c-000042"], 1),
        ("c-0000421", ["c-000042"], 0),
        ("42", ["42"], 0),
    ],
)
def test_other_files_are_searched_as_text(traces, tmp_path, text, ids, found):
    file = tmp_path / "dbt.log"
    file.write_text(text)

    assert len(traces(file, ids)) == found
