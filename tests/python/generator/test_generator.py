"""The generator is reproducible, whatever the number of customers and threads."""

import duckdb
import generate
import pytest
from distribution import connect
from sample_files import COLUMNS, COMMITTED


def test_running_again_reproduces_the_files_byte_for_byte(tmp_path):
    generate.main(["--folder", str(tmp_path)])

    for name, committed in COMMITTED.items():
        assert (tmp_path / name).read_bytes() == committed.read_bytes(), name


def test_without_a_folder_the_files_of_the_project_are_written(tmp_path, monkeypatch):
    names = dict(
        zip(COMMITTED, ("SEED_FILE", "ORDERS_FILE", "TRUTH_FILE"), strict=True)
    )
    for name, constant in names.items():
        assert getattr(generate, constant) == COMMITTED[name]
        monkeypatch.setattr(generate, constant, tmp_path / name)
    generate.main([])

    for name, committed in COMMITTED.items():
        assert (tmp_path / name).read_bytes() == committed.read_bytes(), name


def test_the_later_sample_is_reproduced_byte_for_byte(later_folder, tmp_path):
    generate.main(["--folder", str(tmp_path), "--later"])

    for name, committed in COMMITTED.items():
        again = (tmp_path / name).read_bytes()
        assert again == (later_folder / name).read_bytes(), name
        assert again != committed.read_bytes(), name


@pytest.mark.parametrize("count", [1, 63, 64, 65, 500])
def test_the_first_customers_do_not_depend_on_how_many_are_made(count, many):
    query = "select * from {} order by customer_id limit {}"
    few = connect(count).execute(query.format("customers", count + 1))

    expected = many.execute(query.format("many", count)).fetchall()
    assert few.fetchall() == expected


@pytest.mark.parametrize("count", [1, 63, 500])
def test_what_becomes_of_the_first_does_not_depend_on_how_many_are_made(count, years):
    query = "select * from {} where customer_id <= 'C{:05d}' order by customer_id"
    few = connect(count, threads=1, later=True).execute(
        query.format("customers", count)
    )

    expected = years.execute(query.format("later", count)).fetchall()
    assert few.fetchall() == expected
    assert 0.9 * count < len(expected) <= count


@pytest.mark.slow
@pytest.mark.parametrize(("later", "count"), [(False, 400_000), (True, 150_000)])
def test_threads_change_nothing(tmp_path, later, count):
    # A thread gets 131,072 customers at a time, so several threads have customers.
    for threads in (1, 2, 4):
        connection = connect(count, threads, later)
        written = generate.write_parquet(connection, tmp_path / f"{threads}.parquet")

    for threads in (2, 4):
        compared = duckdb.execute(
            """
            select
                count(*),
                count(distinct customer_id),
                count(*) filter (where one is distinct from other)

            from read_parquet($1) as one
            full join read_parquet($2) as other using (customer_id)
            """,
            [str(tmp_path / "1.parquet"), str(tmp_path / f"{threads}.parquet")],
        ).fetchone()
        assert compared == (written, written, 0)
    assert written == pytest.approx(
        1.03 * count if later else count, abs=0.002 * count * later
    )


def test_another_seed_makes_other_customers():
    connection = connect(1_000)
    connection.execute("create table ours as select * from customers")
    connection.execute("set variable seed = 1")

    same, of = connection.execute(
        """
        select count(*) filter (where ours.age = others.age), count(*)
        from ours
        inner join customers as others using (customer_id)
        """
    ).fetchone()
    assert of == 1_000
    assert same < 50


def test_parquet_has_typed_columns_and_no_groups(tmp_path):
    path = tmp_path / "it's.parquet"
    generate.main(["--rows", "1000", "--parquet", str(path)])

    file = duckdb.read_parquet(str(path))
    assert dict(zip(file.columns, map(str, file.types), strict=True)) == COLUMNS
    assert len(file) == 1_000


def test_parquet_of_a_year_later_is_of_the_same_customers(tmp_path, capsys):
    path = tmp_path / "later.parquet"
    generate.main(["--rows", "1000", "--parquet", str(path), "--later"])

    file = duckdb.read_parquet(str(path))
    assert dict(zip(file.columns, map(str, file.types), strict=True)) == COLUMNS
    assert file.filter("customer_id > 'C01000'").count("*").fetchone() == (80,)
    assert 1_010 < len(file) < 1_050
    assert capsys.readouterr().out == f"{len(file)} customers in {path}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--rows", "10"],
        ["--parquet", "x"],
        ["--rows", "0", "--parquet", "x"],
        ["--rows", "10", "--parquet", "x", "--folder", "x"],
    ],
)
def test_a_command_line_that_makes_no_sense_is_refused(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        generate.main(arguments)

    assert stopped.value.code == 2
    assert "--rows" in capsys.readouterr().err
