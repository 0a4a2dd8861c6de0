"""The published files have types that programs other than DuckDB can read."""

import duckdb


def test_parquet_holds_the_types_of_the_published_file(sample):
    """DuckDB would write a hugeint, for example, as a double."""
    file = sample.published / "segments.duckdb"
    with duckdb.connect(str(file), read_only=True) as connection:
        tables = connection.sql(
            "select table_name, parquet_file from published_tables"
        ).fetchall()
        for table, parquet in tables:
            of_file = connection.sql(f"describe {table}").fetchall()
            of_parquet = connection.sql(
                f"describe from '{sample.published / parquet}'"
            ).fetchall()
            assert [row[:2] for row in of_file] == [row[:2] for row in of_parquet]

    assert len(tables) > 20


def test_published_tables_have_lists_only_in_the_registry(sample):
    file = sample.published / "segments.duckdb"
    lists = "select bin_bounds, bin_shares from segmentation_fit_features"
    lists += " order by fit_id, feature"
    with duckdb.connect(str(file), read_only=True) as connection:
        with_lists = connection.sql(
            "select distinct table_name from duckdb_columns()"
            " where data_type like '%]' and not internal"
        ).fetchall()
        back = connection.sql(f"select columns(*)::double[] from ({lists})").fetchall()

    assert with_lists == [("segmentation_registry",)]
    assert back == sample.query(lists)
