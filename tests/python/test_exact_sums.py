"""A sum is the double nearest to the true sum, for every magnitude and row order."""

import json
import math
from fractions import Fraction

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from project import Project

RANDOM = np.random.default_rng(1)
VALUES = 2000
DECIMAL_UNITS = (1e2, 1e9)


@pytest.fixture(scope="module")
def statement(tmp_path_factory) -> str:
    """The SQL that the build compiles for unit, sum and mean of a column."""
    project = Project(tmp_path_factory.mktemp("sums"))
    sql = """
        with bounds as (select {{ exact_unit_of_column("value") }} as unit from given)
        select max(unit), {{ exact_sum("value", "unit") }},
            {{ exact_mean("value", "unit") }}
        from given cross join bounds
    """
    compiled = project.dbt("compile", "--inline", sql)
    assert compiled.success, compiled.error
    results = json.loads((project.folder / "target" / "run_results.json").read_text())
    return results["results"][0]["compiled_code"]


def summed(statement, values, threads: int = 1) -> tuple:
    """Return the unit, the sum and the mean of the values."""
    with duckdb.connect(config={"threads": threads}) as connection:
        connection.register(
            "arrow", pa.table({"value": pa.array(values, pa.float64())})
        )
        connection.execute("create table given as from arrow")
        return connection.sql(statement).fetchone()


def spread(lowest: int, highest: int) -> np.ndarray:
    """Return values of both signs with magnitudes between two powers of ten."""
    powers = RANDOM.uniform(lowest, highest, VALUES)
    return RANDOM.uniform(-1, 1, VALUES) * 10.0**powers


@pytest.mark.parametrize("power", [-320, -308, -300, -100, -11, 0, 6, 15, 100, 300])
def test_a_sum_is_the_nearest_double_at_every_magnitude(statement, power):
    values = spread(power - 2, power)

    unit, total, mean = summed(statement, values)

    assert unit not in DECIMAL_UNITS
    assert total == float(sum(map(Fraction, values)))
    assert mean == total / VALUES


@pytest.mark.parametrize(("lowest", "highest"), [(-15, 15), (-30, 6), (-300, 300)])
def test_a_sum_is_the_nearest_double_of_mixed_magnitudes(statement, lowest, highest):
    values = spread(lowest, highest)

    _, total, _ = summed(statement, values)

    assert total == float(sum(map(Fraction, values)))


def test_what_cancels_leaves_the_rest_exactly(statement):
    large = spread(0, 15)
    values = RANDOM.permutation(np.concatenate([large, -large, spread(-22, -20)]))

    _, total, _ = summed(statement, values)

    exact = sum(map(Fraction, values))
    assert abs(Fraction(total) - exact) <= Fraction(math.ulp(total))


@pytest.mark.parametrize(("decimals", "unit"), [(0, 1e2), (2, 1e2), (8, 1e9)])
def test_decimals_are_summed_as_they_were_written(statement, decimals, unit):
    values = RANDOM.exponential(1000, VALUES).round(decimals)

    found, total, _ = summed(statement, values)

    assert found == unit
    assert total == float(sum(Fraction(repr(float(value))) for value in values))


@pytest.mark.parametrize(
    ("values", "total"),
    [
        ([0.1, 0.2], 0.3),
        ([0.1, 0.2, None], 0.3),
        ([1e15, 1e-9, -1e15], 1e-9),
        ([5e-324, 5e-324], 1e-323),
        ([0, 0], 0),
        ([None], None),
        ([], None),
    ],
)
def test_the_sum_of_few_values(statement, values, total):
    assert summed(statement, values)[1] == total


def test_order_and_threads_change_no_bit(statement):
    """There are several row groups, which DuckDB processes in parallel."""
    values = np.tile(spread(-20, 3), 200)

    reference = summed(statement, values)

    assert reference == summed(statement, values, threads=4)
    assert reference == summed(statement, RANDOM.permutation(values), threads=3)
