"""segment_calendar has the right figures for moves that are known exactly."""

import itertools
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction

import duckdb
import numpy as np
import pandas as pd
import pytest
from project import Project

STEPS = ["int_calendar_moves", "int_calendar_flows", "int_calendar_years"]
MONTH_ENDS = [
    date(2024 + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    for month in range(1, 20)
]


@pytest.fixture(scope="module")
def steps(tmp_path_factory):
    """The compiled SQL of the models in STEPS, for a database in memory."""
    project = Project(tmp_path_factory.mktemp("calendar"))
    result = project.dbt("compile", "--select", *STEPS, segmentation_calendar={})
    assert result.success, result.error
    folder = project.folder / "target" / "compiled" / "customer_segmentation"
    return {
        name: (folder / "models" / "watch" / f"{name}.sql")
        .read_text()
        .replace('"customer_segmentation"."main".', '"memory"."main".')
        for name in STEPS
    }


def calendar(
    steps: dict, tables: dict[str, pd.DataFrame], first: str, last: str
) -> pd.DataFrame:
    """Return the table of the step `last`, after running the steps from `first` on."""
    names = STEPS[STEPS.index(first) : STEPS.index(last) + 1]
    with duckdb.connect(":memory:") as connection:
        for name, frame in tables.items():
            connection.register(f"{name}_frame", frame)
            connection.execute(f"create table {name} as from {name}_frame")
        for name in names:
            connection.execute(f"create table {name} as {steps[name]}")
        return connection.sql(f"from {last}").df()


@pytest.fixture(scope="module")
def stays():
    """The segment of each customer at each month end: 0 to 2, or 3 for none. At some
    month ends, customers are missing.
    """
    random = np.random.default_rng(7)
    stays = {}
    for customer in range(200):
        segment = int(random.integers(4))
        for number in range(len(MONTH_ENDS)):
            if random.random() < 0.3:
                segment = int(random.integers(4))
            if random.random() < 0.9:
                stays[f"C{customer}", number] = segment
    return stays


@pytest.fixture(scope="module")
def tables(stays):
    """The stays in the form of the tables that the models read."""
    names = ["s-1", "s-2", "s-3"]
    return {
        "int_champion_segments": pd.DataFrame(
            {"segmentation": "s", "segment_id": names, "segment_index": range(3)}
        ),
        "int_calendar_places": pd.DataFrame(
            [
                {
                    "customer_id": customer,
                    "segmentation": "s",
                    "month_end": MONTH_ENDS[number],
                    "segment_index": segment if segment < 3 else None,
                }
                for (customer, number), segment in stays.items()
            ]
        ).astype({"segment_index": "Int64"}),
    }


def counted(stays: dict) -> dict[str, Counter]:
    """Customers who came and went, by segment and month, counted one by one."""
    kinds = ["customers", "joined", "moved_in", "returned", "moved_out", "gone"]
    counts = {kind: Counter() for kind in kinds}
    for (customer, number), segment in stays.items():
        before = stays.get((customer, number - 1))
        after = stays.get((customer, number + 1))
        found = [("customers", number, segment)]
        if number and before is None:
            found.append(("joined", number, segment))
        if number and before not in (None, segment):
            found.append(("moved_in", number, segment))
            if stays.get((customer, number - 2)) == segment:
                found.append(("returned", number, segment))
        if number + 1 < len(MONTH_ENDS) and after != segment:
            kind = "gone" if after is None else "moved_out"
            found.append((kind, number + 1, segment))
        for kind, month, where in found:
            counts[kind][month, where] += 1
            counts[kind][month, "all"] += 1
    return counts


def test_flows_are_those_counted_one_by_one(steps, stays, tables):
    flows = calendar(steps, tables, STEPS[0], "int_calendar_flows")
    counts = counted(stays)
    keys = {"s-1": 0, "s-2": 1, "s-3": 2, "unassigned": 3, "all": "all"}

    assert len(flows) == len(keys) * len(MONTH_ENDS)
    for row in flows.itertuples():
        number, segment = int(row.month_number) - 1, keys[row.segment_id]
        for kind, of_kind in counts.items():
            found = getattr(row, kind)
            if kind != "customers" and number < (2 if kind == "returned" else 1):
                assert pd.isna(found)
            else:
                assert found == of_kind[number, segment], (row, kind)


def test_moves_and_returns_of_a_year_are_those_counted_one_by_one(steps, stays, tables):
    years = calendar(steps, tables, STEPS[0], "int_calendar_years")
    counts = counted(stays)
    keys = {"s-1": 0, "s-2": 1, "s-3": 2, "unassigned": 3, "all": "all"}

    assert len(years) == len(keys) * len(MONTH_ENDS)
    for row in years.itertuples():
        number, segment = MONTH_ENDS.index(row.month_end.date()), keys[row.segment_id]
        months = range(max(number - 11, 1), number + 1)
        if not months:
            assert pd.isna(row.moves_per_year)
            continue
        days = sum(
            counts["customers"][month - 1, segment]
            * (MONTH_ENDS[month] - MONTH_ENDS[month - 1]).days
            for month in months
        )
        moves = sum(counts["moved_out"][month, segment] for month in months)
        assert row.moves_per_year == pytest.approx(365.25 * moves / days)
        known = [month for month in months if month > 1]
        returns = sum(counts["returned"][month, segment] for month in known)
        arrivals = sum(counts["moved_in"][month, segment] for month in known)
        if known:
            assert row.return_share == pytest.approx(returns / arrivals)


def flows(sizes: dict[str, list[list[int]]], moves: int | None = None) -> pd.DataFrame:
    """Return flows for given sizes of the segments at 13 month ends. Customers only
    move as the sizes require. With `moves`, this number of customers also moves out of
    each segment every month, and as many move in.
    """
    rows = []
    for segmentation, segments in sizes.items():
        everybody = [sum(month) for month in zip(*segments, strict=True)]
        for index, of_segment in enumerate([*segments, everybody]):
            for number, size in enumerate(of_segment):
                change = size - of_segment[number - 1] if number else None
                in_and_out = (
                    (None, None)
                    if change is None
                    else (max(change, 0), max(-change, 0))
                    if moves is None
                    else (moves + change, moves)
                )
                rows.append(
                    {
                        "segmentation": segmentation,
                        "segment_id": "all" if index == len(segments) else f"s-{index}",
                        "month_end": MONTH_ENDS[number],
                        "month_end_before": MONTH_ENDS[number - 1] if number else None,
                        "customers_before": of_segment[number - 1] if number else None,
                        "joined": 0 if number else None,
                        "gone": 0 if number else None,
                        "moved_in": in_and_out[0],
                        "moved_out": in_and_out[1],
                        "returned": 0 if number > 1 else None,
                        "share": size / everybody[number],
                        "all_customers": everybody[number],
                    }
                )
    counts = ["customers_before", "joined", "gone", "moved_in", "moved_out", "returned"]
    return pd.DataFrame(rows).astype(dict.fromkeys(counts, "Int64"))


def seasons(steps: dict, frame: pd.DataFrame) -> pd.Series:
    """Return season_share at the last month end, by segmentation and segment."""
    years = calendar(steps, {"int_calendar_flows": frame}, STEPS[2], STEPS[2])
    last = years[years.month_end == years.month_end.max()]
    assert years[years.month_end < years.month_end.max()].season_share.isna().all()
    return last.set_index(["segmentation", "segment_id"]).season_share


def test_season_is_what_a_year_takes_back(steps):
    # The changes of s-0 add up to 44 customers, of which 4 remain after a year. The
    # changes of s-1 add up to 24, which all remain.
    up_and_down = [40, 44, 48, 52, 56, 60, 64, 60, 56, 52, 48, 44, 44]
    straight = list(range(20, 46, 2))
    rest = [100 - one - other for one, other in zip(up_and_down, straight, strict=True)]
    found = seasons(steps, flows({"s": [up_and_down, straight, rest]}))
    way, lasting = (
        sum(abs(after - before) for before, after in itertools.pairwise(rest)),
        abs(rest[-1] - rest[0]),
    )

    assert found["s", "s-0"] == pytest.approx(1 - 4 / 44)
    assert found["s", "s-1"] == 0
    assert found["s", "s-2"] == pytest.approx(1 - lasting / way)
    assert found["s", "all"] == pytest.approx(
        float(Fraction(40, 1) + (way - lasting)) / (44 + 24 + way)
    )


def test_chance_is_rarely_taken_for_season_and_a_season_is_found(steps):
    """Each month, 60 of 1,000 customers move between two segments, each of them in a
    random direction. `waves` also has a season.
    """
    random = np.random.default_rng(11)
    steps_by_chance = 2 * random.binomial(60, 0.5, size=(1000, 12)) - 60
    walks = 500 + np.cumsum(np.c_[np.zeros(1000, int), steps_by_chance], axis=1)
    waves = walks + np.round(60 * np.sin(np.arange(13) * np.pi / 12)).astype(int)
    shares = [
        (
            seasons(
                steps,
                flows(
                    {
                        str(number): [walk.tolist(), (1000 - walk).tolist()]
                        for number, walk in enumerate(paths)
                    },
                    moves=30,
                ),
            )
            .loc[:, "s-0"]
            .gt(0)
            .mean()
        )
        for paths in (walks, waves)
    ]

    assert shares[0] <= 0.06
    assert shares[1] >= 0.6
