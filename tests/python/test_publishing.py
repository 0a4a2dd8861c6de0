"""A publication is complete at any moment, even if a build fails."""

import json
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from project import Project
from reader import holding, read_database, read_parquet, reading
from test_stops import configuration

PUBLISH = ("build", "--select", "tag:publish")
BUILD = ("build", "--selector", "own_customers")
WITHOUT_TESTS = ("--exclude-resource-type", "unit_test", "test")


class Publisher(Project):
    """Three groups of customers, published in a folder."""

    def dbt(self, *arguments, **variables):
        """Run a dbt command, by default with publishing."""
        variables = {"segmentation_publish_to": str(self.published.parent)} | variables
        return super().dbt(*arguments, **configuration(**variables))

    def mark(self, text: str) -> None:
        """Change two public tables, as a build with other customers would do."""
        with duckdb.connect(str(self.database)) as connection:
            connection.execute("update segments set description = ?", [text])
            connection.execute("update segment_rules set rule = ?", [text])

    def marks(self) -> set:
        """Return the marks in the published file."""
        file = self.published / "segments.duckdb"
        with duckdb.connect(str(file), read_only=True) as connection:
            return set(
                connection.sql(
                    "select description from segments union select rule "
                    "from segment_rules"
                ).fetchall()
            )

    def manifest(self) -> dict:
        return json.loads((self.published / "manifest.json").read_text())

    def versions(self) -> list[str]:
        return sorted(
            path.name for path in (self.published.parent / "versions").iterdir()
        )


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project that has published all tables. The tests leave its publication
    complete.
    """
    project = Publisher(tmp_path_factory.mktemp("publishing"))
    result = project.dbt(*BUILD, *WITHOUT_TESTS)
    assert result.success, result.error
    return project


@pytest.mark.slow
def test_without_changes_the_checksums_are_the_same(project):
    first = project.manifest()
    result = project.dbt(*BUILD, *WITHOUT_TESTS)
    second = project.manifest()

    assert result.success, result.error
    assert first["version"] < second["version"]
    assert first["scored_at"] < first["published_at"] < second["scored_at"]
    assert first["tables"] == second["tables"]
    assert first["fit_ids"] == second["fit_ids"]


@pytest.mark.slow
def test_readers_see_whole_publications_only_and_hold_up_no_build(project):
    """Run several builds. In every second build, a test fails."""
    published = [project.manifest()["version"]]
    current = project.published / "segments.duckdb"

    with (
        reading(project.published.parent, project.folder / "stop") as report,
        holding(current),
    ):
        for number in range(1, 5):
            failing = number % 2 == 0
            project.mark(f"build {number}")
            if failing:
                with duckdb.connect(str(project.database)) as connection:
                    connection.execute("insert into segments from segments limit 1")
            result = project.dbt(*PUBLISH, "segments_grain")
            assert result.success is not failing, result.error
            assert result.nodes["publication"] == ("skipped" if failing else "success")
            if failing:
                assert project.marks() == {(f"build {number - 1}",)}
                with duckdb.connect(str(project.database)) as connection:
                    # Deletes the row instead of creating the table again, because a new
                    # table would have no comments.
                    connection.execute(
                        "delete from segments where rowid = "
                        "(select max(rowid) from segments)"
                    )
            else:
                assert project.marks() == {(f"build {number}",)}
                published.append(project.manifest()["version"])

    assert report.wrong == []
    for read in ("read_database", "read_parquet"):
        seen = {key.split()[1] for key in report.seen if key.startswith(read)}
        assert seen == set(published)
        assert len(seen) == 3
    assert sum(report.seen.values()) > 20
    assert project.versions() == sorted(published)[-2:]


def test_a_reader_would_notice_a_torn_publication(project, tmp_path):
    """Run the reader of the test above on a publication that mixes two states."""
    for part in ("segments.duckdb", "manifest.json"):
        (tmp_path / "current").mkdir(exist_ok=True)
        (tmp_path / "current" / part).write_bytes(
            (project.published / part).read_bytes()
        )
    parquet = tmp_path / "current" / "parquet"
    parquet.mkdir()
    for file in (project.published / "parquet").iterdir():
        (parquet / file.name).write_bytes(file.read_bytes())
    assert read_database(tmp_path)[1] == read_parquet(tmp_path)[1] == []

    with duckdb.connect(str(tmp_path / "current/segments.duckdb")) as connection:
        connection.execute("update segments set customers = customers + 1")
        connection.execute(f"copy segments to '{parquet}/segments.parquet'")

    assert read_database(tmp_path)[1] == read_parquet(tmp_path)[1] == ["segments"]


def test_the_manifest_the_tables_and_the_files_agree(project):
    manifest = project.manifest()
    columns = "table_name, row_count, checksum, parquet_file"
    listed = [
        tuple(table[key] for key in columns.split(", ")) for table in manifest["tables"]
    ]
    file = project.published / "segments.duckdb"
    with duckdb.connect(str(file), read_only=True) as connection:
        in_the_file = connection.sql(
            f"select {columns} from published_tables order by 1"
        )
        assert in_the_file.fetchall() == listed
        tables = connection.sql("select table_name from duckdb_tables() order by 1")
        assert [name for (name,) in tables.fetchall()] == sorted(
            [*(name for name, *_ in listed), "published_tables"]
        )
        views = connection.sql("from duckdb_views() where not internal").fetchall()
        facts = connection.sql(
            "select distinct version, published_at, data_as_of, scored_at, fit_ids "
            "from published_tables"
        ).fetchall()
    champions = project.query(
        "select segmentation, fit_id from segmentation_fits where is_champion"
    )

    assert views == []
    assert project.query(f"select {columns} from published_tables order by 1") == listed
    assert [(*fact[:4], json.loads(fact[4])) for fact in facts] == [
        (
            manifest["version"],
            datetime.fromisoformat(manifest["published_at"]),
            datetime.fromisoformat(manifest["data_as_of"]),
            datetime.fromisoformat(manifest["scored_at"]),
            dict(champions),
        )
    ]
    assert {path.name for path in (file.parent / "parquet").iterdir()} == {
        Path(name).name for *_, name in listed
    }
    assert {path.name for path in file.parent.iterdir()} == {
        "segments.duckdb",
        "parquet",
        "manifest.json",
    }
    assert file.stat().st_mode & 0o222 == 0


def test_every_public_table_is_published(project):
    nodes = json.loads((project.folder / "target" / "manifest.json").read_text())
    public = {
        node["name"]
        for node in nodes["nodes"].values()
        if node["resource_type"] == "model" and node["access"] == "public"
    }
    published = {table["table_name"] for table in project.manifest()["tables"]}

    assert published | {"published_tables"} == public


def test_every_test_that_can_fail_stands_before_publishing(project):
    nodes = json.loads((project.folder / "target" / "manifest.json").read_text())
    package = "model.customer_segmentation"
    before, waiting = set(), [f"{package}.publication"]
    while waiting:
        parents = nodes["parent_map"][waiting.pop()]
        waiting += [parent for parent in parents if parent not in before]
        before |= set(parents)
    after = {
        parent
        for node in nodes["nodes"].values()
        if node["resource_type"] == "test"
        and node["config"]["severity"].lower() == "error"
        and "sample" not in node["fqn"]
        for parent in node["depends_on"]["nodes"]
        if parent not in before
    }

    assert len(before) > 50
    assert after <= {f"{package}.publication", f"{package}.published_tables"}


def test_descriptions_and_functions_travel(project):
    file = project.published / "segments.duckdb"
    nodes = json.loads((project.folder / "target" / "manifest.json").read_text())
    described = {
        (node["name"], item.get("name")): item["description"].strip()
        for node in nodes["nodes"].values()
        if node["resource_type"] == "model" and node["access"] == "public"
        for item in (node | {"name": None}, *node["columns"].values())
    }
    with duckdb.connect(str(file), read_only=True) as connection:
        comments = connection.sql(
            "select table_name, null, comment from duckdb_tables() union all "
            "select table_name, column_name, comment from duckdb_columns()"
        ).fetchall()
        # Columns with names from the configuration have no description and no comment.
        assert {row[:2]: row[2].strip() for row in comments if row[2]} == {
            row[:2]: described[row[:2]] for row in comments if row[:2] in described
        }
        point = "select groups_segment(10, 7)"
        assert connection.sql(point).fetchall() == project.query(point)

    assert all(described.values())
    assert len(comments) > 300


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--select", "tag:publish"),
        (*PUBLISH, "--empty"),
    ],
    ids=["without_tests", "without_rows"],
)
def test_what_is_no_real_build_publishes_nothing(project, arguments):
    before = project.manifest()
    result = project.dbt(*arguments)

    assert result.success, result.error
    assert project.manifest() == before
    assert project.query("select distinct version from publication") == [
        (before["version"],)
    ]


def test_an_empty_table_is_not_published(project):
    before, versions = project.manifest(), project.versions()
    with duckdb.connect(str(project.database)) as connection:
        connection.execute("create table kept as from segments; delete from segments")
    result = project.dbt(*PUBLISH)
    with duckdb.connect(str(project.database)) as connection:
        connection.execute("insert into segments from kept; drop table kept")

    assert not result.success
    assert "segments is empty, so nothing was published" in result.error
    assert project.manifest() == before
    assert project.versions() == versions


@pytest.mark.slow
def test_tables_can_be_left_out(project):
    result = project.dbt(
        *PUBLISH, segmentation_publish_without=["audiences", "customer_pulls"]
    )
    names = {table["table_name"] for table in project.manifest()["tables"]}

    assert result.success, result.error
    assert "segments" in names
    assert names.isdisjoint({"audiences", "customer_pulls"})


@pytest.mark.slow
def test_nothing_is_published_unless_asked(project):
    before = project.manifest()
    result = project.dbt(*PUBLISH, segmentation_publish_to="")

    assert result.success, result.error
    assert project.manifest() == before
    assert project.query("from published_tables") == []
