"""The customer tables of the benchmark have the described properties. The page shows
results for the seeds, the kinds of tables and the preparations that the script has.
"""

from types import SimpleNamespace

import customer_tables as benchmark
import kinds
import numpy as np
import preparing
import pytest
from scipy.stats import skew

TABLES = range(12)


def draw(kind: str, at: int = 0) -> kinds.Table:
    table, _ = benchmark.KINDS[kind]
    return table(np.random.default_rng([7, at]), at)


@pytest.mark.parametrize("kind", benchmark.KINDS)
def test_tables_have_the_groups_they_claim(kind):
    tables = [draw(kind, at) for at in TABLES]

    sizes = {len(table.labels) for table in tables}
    assert sizes == ({2_000, 6_000, 20_000} if kind == "many customers" else {1_000})
    for table in tables:
        assert len(table.numbers) == len(table.labels) == len(table.categories)
    groups = [
        len(set(table.labels) - {kinds.NO_MONEY, kinds.STRANGER}) for table in tables
    ]
    expected = kinds.NESTED_GROUPS if kind == "nested groups" else kinds.GROUPS
    assert groups == [expected[at % len(expected)] for at in TABLES]


def test_columns_look_as_the_kind_says():
    category, flags = draw("a category", 2), draw("columns of 0 and 1", 2)
    levels = category.categories.max() + 1
    assert 2 <= levels <= 4
    own = category.categories == category.labels % levels
    assert own.mean() == pytest.approx(0.8 + 0.2 / levels, abs=0.04)
    assert set(np.unique(flags.numbers[:, -2:])) == {0.0, 1.0}
    money, zeros = draw("money", 2), draw("money with zeros", 2)
    assert money.numbers.min() > 0
    assert (skew(money.numbers) > skew(np.log(money.numbers))).all()
    assert ((zeros.numbers == 0).all(axis=1) == (zeros.labels == -1)).all()
    assert (zeros.labels == -1).mean() == pytest.approx(0.4, abs=0.05)
    echoes, strangers = draw("correlated features", 2), draw("background noise", 2)
    assert np.corrcoef(echoes.numbers[:, [0, -1]].T)[0, 1] > preparing.ECHOING
    columns = echoes.numbers.shape[1]
    assert preparing.without_echoes(echoes).points.shape[1] == columns - 2
    assert (strangers.labels == kinds.STRANGER).mean() == pytest.approx(0.15, abs=0.04)
    copies = np.unique(draw("copies", 2).numbers, axis=0, return_counts=True)[1]
    assert copies[copies > 1].sum() == pytest.approx(500, abs=60)


def test_a_category_is_prepared_as_the_project_does():
    table = kinds.Table(
        np.zeros((4, 0)), np.zeros(4, dtype=int), np.array([0, 0, 1, 2])
    )

    points = preparing.one_hot(lambda _: 0.25)(table).points

    assert points.var(axis=0).sum() == pytest.approx(0.25)
    # Two customers of different categories have the squared distance 2 w / (1 - sum of
    # squared shares).
    assert ((points[0] - points[3]) ** 2).sum() == pytest.approx(0.5 / (1 - 0.375))
    assert preparing.huang(np.array([0.5, 0.25, 0.25])) == pytest.approx(0.625 / 4)


def test_idle_features_are_left_out_before_the_second_choice(monkeypatch):
    seen = []

    def segment(_, points, seed):
        seen.append(points)
        return benchmark.Segments(2, np.array([0, 0, 1, 1]))

    monkeypatch.setattr(benchmark, "segment", segment)
    points = np.array([[0.0, 1], [1, -1], [10, 1], [11, -1]])

    benchmark.without_idle(SimpleNamespace(), points, seed=1)

    shares = benchmark.explained_shares(points, np.array([0, 0, 1, 1]))
    assert shares == pytest.approx([25 / 25.25, 0])
    assert [rows.shape[1] for rows in seen] == [2, 1]


def test_page_shows_the_run_that_the_script_describes():
    page = benchmark.PAGE.read_text(encoding="utf-8")
    results = page.split(benchmark.BEGIN)[1].split(benchmark.END)[0]
    rows = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in results.splitlines()
        if line.startswith("| ")
    ]

    last = benchmark.FIRST_SEED + benchmark.TABLES - 1
    tables, first = benchmark.TABLES, benchmark.FIRST_SEED
    assert f"{tables} tables of each kind, seeds {first} to {last}." in results
    plain, prepared = (
        [row for row in rows if len(row) == cells and "---" not in row][1:]
        for cells in (4, 5)
    )
    assert {row[0] for row in plain} == {*benchmark.KINDS, "**all**"}
    right = [int(row[1].split()[0]) for row in plain[:-1]]
    assert right == sorted(right)
    assert plain[-1][1] == f"{sum(right)} of {tables * len(benchmark.KINDS)}"
    assert [row[:2] for row in prepared] == [
        (kind, way.name)
        for kind, (_, ways) in benchmark.KINDS.items()
        for way in ways
        if len(ways) > 1
    ]
    assert all(row[2].endswith(f" of {tables}") for row in prepared)
    clean = 141  # 84 % of 168
    assert round(100 * clean / 168) == 84
    everything = 168 + tables * len(benchmark.KINDS)
    assert f"Over all {everything} tables" in page
    assert f"right on {100 * (clean + sum(right)) / everything:.0f} %**" in page
