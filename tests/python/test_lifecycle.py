"""One database through later data, refits, pinned fits, changed configurations and
stopped builds. It must agree with a simulation that only knows the customers and the
published fits.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd
import pytest
from project import Project
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler

pytestmark = pytest.mark.slow

GROUPS = {"features": ["x", "y"], "clusters": 4}
SEGMENTATIONS = {
    "groups": GROUPS,
    "habits": {"features": ["visits"], "clusters": 2},
    "plan": {"by": "plan"},
}
FEATURES = {"groups": ["x", "y"], "habits": ["visits"]}
METRICS = [
    *("population_stability_index", "segment_shift"),
    *("distance_growth", "outlier_share"),
]
# Tables that a build without customers must not change.
MEMORY = [
    *("customer_segment_history", "segment_migrations", "segmentation_champions"),
    *("kmeans_fits", "segment_names", "segmentation_registry"),
]
PUBLIC = [*MEMORY, "customer_segments", "segments", "segmentation_fits", "drift"]
TABLES = [
    *PUBLIC,
    *("segmentation_fit_features", "segmentation_fit_centroids", "int_feature_shares"),
]
# The models that learn, score and watch. Those that explain and compare are left out.
LIVING = [
    *("--select", "+drift", "+segments", "+segment_migrations"),
    *("+segmentation_champions", "+segmentation_registry"),
    *("--exclude", "test_type:unit"),
]
BUILD = ("build", "--indirect-selection", "cautious")
SCORED = [
    *("first", "again", "later", "refitted", "refitted again", "pinned", "unpinned"),
    *("three", "four again", "refreshed", "removed", "added again", "named", "shifted"),
]


# ---------- the customers


def first_customers() -> pd.DataFrame:
    """Return four groups of 60 customers at the corners of a square. Numbers 60 to 64
    lie between the first two groups. Ten customers have no visits.
    """
    generator = np.random.default_rng(3)
    corners = np.array([(0, 0), (10, 0), (0, 10), (10, 10)])
    points = corners.repeat(60, axis=0) + generator.normal(0, 0.5, (240, 2))
    points[60:65] = (5.6, 0)
    visits = np.where(np.arange(240) % 3, 2, 9) + generator.random(240)
    visits[230:] = np.nan
    return pd.DataFrame(
        {
            "customer_id": np.arange(240),
            "x": points[:, 0],
            "y": points[:, 1],
            "visits": visits,
            "plan": np.where(np.arange(240) % 5, "basic", "premium"),
        }
    ).set_index("customer_id")


def later_customers() -> pd.DataFrame:
    """Return customers of whom some have moved, left, joined, or changed their plan or
    their visits. Two have moved far away.
    """
    customers = first_customers().drop(index=range(55, 60))
    customers.loc[0:9, "x"] += 10
    customers.loc[20:21, "y"] -= 4
    customers.loc[100:103, "plan"] = "premium"
    customers.loc[40:42, "visits"] = np.nan
    customers.loc[230:231, "visits"] = 8.5
    joined = customers.loc[180:187].set_index(pd.RangeIndex(300, 308))
    return pd.concat([customers, joined]).rename_axis("customer_id")


def moved_customers() -> pd.DataFrame:
    """Return customers whose second group has moved, which shifts the border between
    the first two groups. Numbers 60 to 64 are now on the other side. Numbers 120 to 124
    come from the third group to a place that the shift has moved to the other side.
    Numbers 125 to 129 come from there to the middle of the first group.
    """
    customers = later_customers()
    customers.loc[65:119, "x"] += 3
    customers.loc[120:124, ["x", "y"]] = (5.6, 0)
    customers.loc[125:129, ["x", "y"]] = (0, 0.1)
    customers.loc[43:44, "visits"] = np.nan
    customers.loc[40:40, "visits"] = 2.5
    return customers.drop(index=[15])


def returned_customers() -> pd.DataFrame:
    """Return customers after those who left came back, two of them to other places, and
    others left.
    """
    customers = moved_customers().drop(index=range(300, 304))
    back = first_customers().loc[55:59]
    back.loc[55:56, ["x", "y"]] = (10, 10)
    customers.loc[200:203, ["x", "plan"]] = (0, "premium")
    return pd.concat([customers, back]).rename_axis("customer_id")


def shifted_customers() -> pd.DataFrame:
    """Return customers whose fourth group has moved more than half way to the third, so
    that its x is that of all customers and its old name is no longer true.
    """
    customers = returned_customers()
    customers.loc[180:239, "x"] -= 6
    return customers


# ---------- the story


@dataclass
class Stage:
    """The tables and the result after a command."""

    customers: pd.DataFrame
    segmentations: dict
    result: object
    tables: dict

    def __getattr__(self, table):
        if table in TABLES:
            return self.tables[table]
        raise AttributeError(table)

    def champion(self, segmentation: str) -> str:
        """Return the fit that scores the segmentation."""
        fits = self.segmentation_fits
        is_mine = fits.is_champion & (fits.segmentation == segmentation)
        return fits.fit_id[is_mine].item()

    @property
    def time(self) -> pd.Timestamp:
        """Return the time of the build, from customer_segments."""
        return self.customer_segments.scored_at.unique().item()


class Story:
    """One database with the stage after each command."""

    def __init__(self, folder, **variables):
        self.folder = folder
        self.database = folder / "customer_segmentation.duckdb"
        self.names = folder / "names.csv"
        self.variables = configuration(folder) | variables
        self.projects = {}
        self.stages = {}
        self.name()

    def name(self, *lines: str) -> None:
        """Rewrite the user's names of segments."""
        header = "segmentation,segment_id,name,strategy"
        self.names.write_text("\n".join([header, *lines]) + "\n")

    def dbt(self, *command: str, **variables):
        """Run a command. Commands with the same variables share a target folder, so
        that dbt need not parse the project again.
        """
        key = json.dumps(variables)
        project = self.projects.setdefault(
            key, Project(self.folder / f"variables_{len(self.projects)}")
        )
        project.database = self.database
        return project.dbt(*command, **variables)

    def tell(
        self, name: str, customers: pd.DataFrame, *command: str, dbt=None, **changes
    ) -> Stage:
        """Run a command on these customers, and keep the stage after it."""
        duckdb.from_df(customers.reset_index()).write_parquet(
            str(self.folder / "customers.parquet")
        )
        variables = self.variables | changes
        result = (dbt or self.dbt)(*command, *LIVING, **variables)
        with duckdb.connect(str(self.database), read_only=True) as database:
            tables = {
                table: database.sql(f"from {table} order by all").df()
                for table in TABLES
            }
        stage = Stage(customers, variables["segmentations"], result, tables)
        self.stages[name] = stage
        return stage

    def __getitem__(self, name: str) -> Stage:
        return self.stages[name]

    def before(self, name: str) -> Stage:
        """Return the stage before another one."""
        names = list(self.stages)
        return self.stages[names[names.index(name) - 1]]


def configuration(folder) -> dict:
    """Return the variables of most builds, which allow for large drift."""
    return {
        "segmentation_customers": f"read_parquet('{folder}/customers.parquet')",
        "segmentation_customer_id_type": "integer",
        "segmentation_features": {
            "x": {},
            "y": {},
            "visits": {"missing": "unassigned", "transform": "log"},
        },
        "segmentation_measures": {},
        "segmentation_attributes": ["plan"],
        "segmentations": SEGMENTATIONS,
        "segmentation_restarts": 2,
        "segmentation_names": f"read_csv('{folder}/names.csv', all_varchar = true)",
        "segmentation_drift_thresholds": thresholds(0.001, 99),
    }


def thresholds(warning: float, failure: float) -> dict:
    """Return the same thresholds for all metrics of drift."""
    return {metric: [warning, failure] for metric in METRICS}


def in_a_process_of_its_own(folder):
    """Return a replacement of Story.dbt that also lists the loaded modules."""

    def dbt(*command: str, **variables):
        code = f"""
import pathlib, sys
from project import Project

project = Project(pathlib.Path({str(folder)!r}))
result = project.dbt(*{command!r}, **{variables!r})
print(result.error)
print("loaded:", *sorted({{"sklearn", "scipy"}} & set(sys.modules)))
print("success:", result.success)
"""
        lines = subprocess.run(
            [sys.executable, "-c", code],
            cwd=Path(__file__).parent,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout.splitlines()
        return SimpleNamespace(
            success=lines[-1] == "success: True",
            loaded=lines[-2].split()[1:],
            error="\n".join(lines),
        )

    return dbt


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """All stages, built once in order."""
    story = Story(tmp_path_factory.mktemp("lifecycle"))
    first, later = first_customers(), later_customers()
    moved, returned = moved_customers(), returned_customers()
    three = {"segmentations": SEGMENTATIONS | {"groups": GROUPS | {"clusters": 3}}}

    fitted = story.tell("first", first, *BUILD)
    pins = {segmentation: fitted.champion(segmentation) for segmentation in FEATURES}
    story.tell("again", first, "run")
    story.tell("later", later, "run", dbt=in_a_process_of_its_own(story.folder))
    story.judged = story.dbt(
        *("build", "--select", "drift"),
        **story.variables | {"segmentation_drift_thresholds": thresholds(0.001, 0.002)},
    )
    story.tell("empty", later, *BUILD, "--empty")
    story.tell("refitted", moved, "run", segmentation_refit="always")
    story.tell("refitted again", moved, "run", segmentation_refit="always")
    story.tell("may not fit", moved, "run", segmentation_refit="never", **three)
    story.tell("pinned", moved, "run", segmentation_use_fit=pins)
    story.tell("pinned to nothing", moved, "run", segmentation_use_fit={"groups": "no"})
    story.tell("unpinned", moved, *BUILD)
    story.registry = f"read_parquet('{story.folder}/registry.parquet')"
    with duckdb.connect(str(story.database)) as database:
        database.table("segmentation_registry").write_parquet(
            f"{story.folder}/registry.parquet"
        )
    story.tell("three", moved, "run", **three)
    story.tell("empty three", moved, "run", "--empty", **three)
    story.tell("pinned apart", moved, "run", segmentation_use_fit=pins, **three)
    story.tell("four again", moved, "run")
    story.tell("nobody", moved.head(0), "run")
    story.tell("refreshed", moved, "run", "--full-refresh")
    story.tell("removed", returned, "run", segmentations={"groups": GROUPS})
    story.tell("added again", returned, "run")

    story.name(
        "groups,groups-1,Beginners,Teach them",
        "groups,groups-99,Nobody,",
        "plan,premium,Premium members,",
        "plan,gold,Gold members,",
        "nowhere,groups-1,Elsewhere,",
    )
    story.tell("named", returned, *BUILD)
    story.name(
        *("groups,groups-1,One,", "groups,groups-1,Two,"),
        *("plan,basic,  ,", "habits,habits-1,Unassigned,"),
    )
    story.tell("misnamed", returned, *BUILD)
    story.name("groups,groups-1,Same,", "groups,groups-2,Same,")
    story.tell("named alike", returned, *BUILD)
    story.name("plan,basic,premium,")
    story.tell("named like a value", returned, *BUILD)
    story.name()
    story.tell("shifted", shifted_customers(), "run", segmentation_refit="always")
    return story


@pytest.fixture(scope="module")
def imported(story, tmp_path_factory):
    """A new database that imports the registry of the story."""
    fresh = Story(
        tmp_path_factory.mktemp("imported"), segmentation_registry_from=story.registry
    )
    fresh.tell("empty", moved_customers(), "run", "--empty", segmentation_refit="never")
    fresh.tell("imported", moved_customers(), "run", segmentation_refit="never")
    fresh.tell("own", shifted_customers(), "run", segmentation_refit="always")
    fresh.tell("never", shifted_customers(), "run", segmentation_refit="never")
    return fresh


# ---------- the simulation


def prepared(stage: Stage, customers: pd.DataFrame, fit_id: str) -> pd.DataFrame:
    """Return the customers of a segmentation, standardized by a fit."""
    features = stage.segmentation_fit_features[
        stage.segmentation_fit_features.fit_id == fit_id
    ].set_index("feature")
    known = customers[features.index].dropna()
    logged = features.index[features["transform"] == "log"]
    transformed = known.assign(**np.log(1 + known[logged]))
    return (transformed - features.center) / features.scale


def scored(stage: Stage, customers: pd.DataFrame, fit_id: str) -> pd.DataFrame:
    """Return segment, distance and margin of all customers, by a published fit."""
    z = prepared(stage, customers, fit_id)
    centroids = stage.segmentation_fit_centroids[
        stage.segmentation_fit_centroids.fit_id == fit_id
    ].pivot(index="segment_id", columns="feature", values="centroid")[z.columns]
    distances = np.linalg.norm(z.to_numpy()[:, None] - centroids.to_numpy(), axis=2)
    nearest, following = np.sort(distances)[:, :2].T
    return pd.DataFrame(
        {
            "segment_id": centroids.index[distances.argmin(axis=1)],
            "distance": nearest,
            "margin": 1 - nearest / following,
        },
        index=z.index,
    ).reindex(customers.index)


def placed(stage: Stage, segmentation: str, fit_id: str | None) -> pd.Series:
    """Return the segment of every customer of the stage under a fit."""
    if fit_id is None:
        return stage.customers[stage.segmentations[segmentation]["by"]]
    segments = scored(stage, stage.customers, fit_id).segment_id
    return segments.fillna("unassigned")


def simulate(story: Story) -> dict[str, set]:
    """Return the moves in each stage: segmentation, customer, from, to and cause."""
    known, champions, happened = {}, {}, {}
    for name in SCORED:
        stage, happened[name] = story[name], set()
        for segmentation in known.keys() - stage.segmentations.keys():
            happened[name] |= {
                (segmentation, customer, segment, None, "removed")
                for customer, segment in known.pop(segmentation).items()
            }
        for segmentation, options in stage.segmentations.items():
            fit_id = stage.champion(segmentation) if "features" in options else None
            now = placed(stage, segmentation, fit_id)
            old = known.get(segmentation, pd.Series())
            earlier_fit, earlier_options = champions.get(
                segmentation, (fit_id, options)
            )
            via = placed(stage, segmentation, earlier_fit)
            for customer in now.index.union(old.index):
                came, went = old.get(customer), now.get(customer)
                if came is None:
                    cause = "joined"
                elif went is None:
                    cause = "left"
                elif options != earlier_options:
                    cause = "model"
                elif went == via[customer]:
                    cause = "customer"
                elif came == via[customer]:
                    cause = "model"
                else:
                    cause = "both"
                if came != went:
                    happened[name].add((segmentation, customer, came, went, cause))
            known[segmentation], champions[segmentation] = now, (fit_id, options)
    return happened


def told(stage: Stage) -> set:
    """Return the moves in a stage from the history."""
    stays = stage.customer_segment_history
    came = stays[stays.valid_from == stage.time]
    left = stays[(stays.valid_to == stage.time) & (stays.ending != "moved")]
    events = pd.concat(
        [
            came.rename(columns={"previous_segment_id": "from", "segment_id": "to"}),
            left.rename(columns={"segment_id": "from"}).assign(
                to=None, cause=left.ending
            ),
        ]
    )[["segmentation", "customer_id", "from", "to", "cause"]]
    return set(
        events.astype(object)
        .where(events.notna(), None)
        .itertuples(index=False, name=None)
    )


def same(first: pd.DataFrame, second: pd.DataFrame, *but: str) -> bool:
    """Return whether two tables have the same bits, without some columns."""
    return rows(first, *but) == rows(second, *but)


def rows(table: pd.DataFrame, *but: str) -> list[str]:
    """Return the sorted rows of a table as texts, without some columns."""
    values = table.drop(columns=list(but)).astype(object)
    values = values.where(values.notna(), None)
    return sorted(
        repr([list(cell) if isinstance(cell, np.ndarray) else cell for cell in row])
        for row in values.itertuples(index=False, name=None)
    )


@pytest.fixture(scope="module")
def simulated(story):
    return simulate(story)


# ---------- the history


def test_every_command_did_as_it_should(story):
    failed = [name for name, stage in story.stages.items() if not stage.result.success]

    assert failed == [
        *("may not fit", "pinned to nothing", "pinned apart", "nobody"),
        *("misnamed", "named alike", "named like a value"),
    ]


@pytest.mark.parametrize("name", SCORED)
def test_the_history_is_what_the_simulation_says(story, simulated, name):
    assert told(story[name]) == simulated[name]


def test_the_story_has_every_cause(simulated):
    causes = {event[-1] for events in simulated.values() for event in events}

    assert causes == {"joined", "left", "removed", "customer", "model", "both"}


@pytest.mark.parametrize(
    ("customers", "cause"),
    [
        (range(60, 65), "model"),
        (range(120, 125), "both"),
        (range(125, 130), "customer"),
    ],
)
def test_a_refit_tells_who_moved_and_what_moved_them(story, customers, cause):
    first_group = segment_of(story["refitted"], 30)
    moved = {event for event in told(story["refitted"]) if event[1] in customers}

    assert {(event[0], event[1], *event[3:]) for event in moved} == {
        ("groups", customer, first_group, cause) for customer in customers
    }


@pytest.mark.parametrize("name", SCORED)
def test_the_current_stays_are_the_segments_of_the_customers(story, name):
    stage = story[name]
    columns = ["segmentation", "customer_id", "segment_id"]
    stays = stage.customer_segment_history
    stays = stays[stays.is_current & stays.segmentation.isin(stage.segmentations)]
    sizes = stays.groupby(["segmentation", "segment_id"]).size()

    assert same(stays[columns], stage.customer_segments[columns])
    assert (
        sizes.to_dict()
        == stage.segments.set_index(["segmentation", "segment_id"])
        .customers.astype(int)
        .to_dict()
    )


@pytest.mark.parametrize("name", SCORED)
def test_stays_of_a_customer_follow_each_other_without_gap(story, name):
    stays = story[name].customer_segment_history.sort_values("valid_from")

    for _, mine in stays.groupby(["segmentation", "customer_id"]):
        *earlier, last = mine.itertuples()
        assert mine.cause.iloc[0] == "joined"
        assert last.is_current == pd.isna(last.valid_to) == pd.isna(last.ending)
        for stay, following in zip(earlier, mine.iloc[1:].itertuples(), strict=True):
            assert not stay.is_current
            assert stay.valid_from < stay.valid_to
            if stay.ending == "moved":
                assert stay.valid_to == following.valid_from
                assert stay.segment_id == following.previous_segment_id
                assert stay.segment_id != following.segment_id
            else:
                assert stay.ending in ("left", "removed")
                assert stay.valid_to < following.valid_from
                assert following.cause == "joined"


@pytest.mark.parametrize("name", SCORED)
def test_migrations_count_the_history(story, name):
    stage = story[name]
    columns = ["segmentation", "from", "to", "cause"]
    events = pd.DataFrame(told(stage), columns=[*columns[:1], "customer", *columns[1:]])
    counted = events.groupby(columns, dropna=False).size()
    migrations = stage.segment_migrations
    found = migrations[migrations.moved_at == stage.time].rename(
        columns={"from_segment_id": "from", "to_segment_id": "to"}
    )
    expected = counted.rename("customers").reset_index()
    before = expected.groupby("segmentation").customers.transform("sum")
    expected["share"] = expected.customers / before.where(
        expected.cause == "removed", len(stage.customers)
    )

    assert same(
        found[[*columns, "customers", "share"]].astype(object), expected.astype(object)
    )


def test_a_segment_has_the_name_of_its_time_in_the_migrations(story):
    migrations = story["named"].segment_migrations
    names = story["refitted"].segment_names.set_index("segment_id").segment_name

    for side in ("from", "to"):
        ids = migrations[f"{side}_segment_id"]
        expected = ids.map(names).fillna(ids).replace("unassigned", "Unassigned")
        known = (
            ids.isna()
            | ids.isin(names.index)
            | ids.isin(["basic", "premium", "unassigned"])
        )
        assert migrations[f"{side}_segment_name"][known].equals(expected[known])


def segment_of(stage: Stage, customer: int, segmentation: str = "groups") -> str:
    segments = stage.customer_segments.set_index(["segmentation", "customer_id"])
    return segments.segment_id[segmentation, customer]


# ---------- champions and fits


def test_fits_are_those_of_scikit_learn(story):
    for name in ("first", "refitted"):
        stage = story[name]
        z = StandardScaler().fit_transform(stage.customers[["x", "y"]])
        kmeans = KMeans(4, n_init=10, random_state=0).fit(z)
        mine = scored(stage, stage.customers, stage.champion("groups"))
        found = stage.customer_segments.query("segmentation == 'groups'")
        found = found.set_index("customer_id").loc[mine.index]

        assert len(set(zip(mine.segment_id, kmeans.labels_, strict=True))) == 4
        assert kmeans.transform(z).min(axis=1) == pytest.approx(mine.distance)
        assert found.segment_id.equals(mine.segment_id)
        assert found.distance.to_numpy() == pytest.approx(mine.distance.to_numpy())
        assert found.margin.to_numpy() == pytest.approx(mine.margin.to_numpy())


@pytest.mark.parametrize("name", ["again", "refitted again", "unpinned", "refreshed"])
def test_a_build_with_nothing_new_adds_nothing(story, name):
    """The stage "unpinned" is compared with the stage that had the same champions."""
    stage, before = story[name], story.before(name)
    if name == "unpinned":
        before = story["refitted again"]
        assert same(stage.kmeans_fits, before.kmeans_fits)
    else:
        assert all(same(stage.tables[table], before.tables[table]) for table in MEMORY)
    assert same(stage.customer_segments, before.customer_segments, "scored_at")


def test_later_customers_are_scored_by_the_fit_that_is_there(story):
    first, later = story["first"], story["later"]
    expected = scored(later, later.customers, first.champion("groups"))
    found = later.customer_segments.query("segmentation == 'groups'")
    found = found.set_index("customer_id").loc[expected.index]

    assert same(first.kmeans_fits, later.kmeans_fits)
    assert found.segment_id.equals(expected.segment_id)
    assert found.distance.to_numpy() == pytest.approx(expected.distance.to_numpy())


def test_learning_without_a_fit_due_loads_no_scikit_learn(story):
    assert story["later"].result.loaded == []


def test_segments_keep_their_ids_in_a_refit(story):
    first, refitted = story["first"], story["refitted"]

    assert first.champion("groups") != refitted.champion("groups")
    for customer in (30, 90, 150, 210):
        assert segment_of(refitted, customer) == segment_of(first, customer)


def test_pinned_fits_score_as_they_did(story):
    pinned = story["pinned"]
    causes = {event[-1] for event in told(pinned)}

    assert causes == {"model"}
    for segmentation in FEATURES:
        assert pinned.champion(segmentation) == story["first"].champion(segmentation)


def test_an_earlier_configuration_comes_back_without_a_fit(story):
    before, three, four = story["unpinned"], story["three"], story["four again"]

    assert same(three.kmeans_fits, four.kmeans_fits, "adopted_at")
    assert four.champion("groups") == before.champion("groups")
    assert three.champion("groups") != before.champion("groups")
    assert same(before.customer_segments, four.customer_segments, "scored_at")
    for stage in (three, four):
        assert {event[-1] for event in told(stage)} == {"model"}


def test_ids_of_a_fit_with_fewer_segments_are_old_or_never_seen(story):
    old = set(
        story["unpinned"].kmeans_fits.query("segmentation == 'groups'").segment_id
    )
    ids = story["three"].kmeans_fits.query("clusters == 3").segment_id.unique()

    assert old == {f"groups-{number}" for number in range(1, 5)}
    assert len(ids) == 3
    assert set(ids) - old <= {"groups-5", "groups-6", "groups-7"}


def test_champions_are_logged_when_they_change(story):
    last = story["shifted"]
    expected = []
    before = {}
    for name in SCORED:
        stage = story[name]
        for segmentation, options in stage.segmentations.items():
            fit_id = stage.champion(segmentation) if "features" in options else None
            if before.get(segmentation) != (fit_id, options):
                expected.append((segmentation, fit_id, stage.time))
            before[segmentation] = fit_id, options
    log = last.segmentation_champions
    found = log[["segmentation", "fit_id", "champion_since"]]

    assert len(expected) == 13
    assert set(
        found.astype(object)
        .where(found.notna(), None)
        .itertuples(index=False, name=None)
    ) == set(expected)


# ---------- builds that must not change any tables


@pytest.mark.parametrize("name", ["empty", "empty three"])
def test_an_empty_build_leaves_what_is_remembered(story, name):
    stage, before = story[name], story.before(name)

    assert stage.customer_segments.empty
    for table in MEMORY:
        # segmentation_registry joins tables that are empty now.
        if table != "segmentation_registry":
            assert same(stage.tables[table], before.tables[table]), table


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "may not fit",
            "The segmentation groups has no fit of its present configuration, and "
            "segmentation_refit is never",
        ),
        (
            "pinned to nothing",
            "segmentation_use_fit names the fit no for the segmentation groups, but "
            "the registry has no such fit",
        ),
        (
            "pinned apart",
            "(segmentation_use_fit) was made with an earlier configuration of the "
            "segmentation groups",
        ),
        ("nobody", "The table of customers (segmentation_customers) has no rows"),
        ("misnamed", "segmentation_names_has_one_row_per_segment"),
        ("misnamed", "segmentation_names_are_not_blank"),
        ("misnamed", "segmentation_names_are_not_that_of_the_unassigned"),
        ("named alike", "segment_names_are_unique_within_a_segmentation"),
        ("named like a value", "assert_names_of_groups_are_unique"),
    ],
)
def test_a_build_that_stops_says_why_and_leaves_the_public_tables(story, name, message):
    stage, before = story[name], story.before(name)

    assert message in stage.result.error
    for table in PUBLIC:
        if name != "named alike" or table != "segment_names":
            assert same(stage.tables[table], before.tables[table]), table


def test_a_full_refresh_counts_the_migrations_anew_and_keeps_the_rest(story):
    stage, before = story["refreshed"], story["four again"]

    assert len(stage.segment_migrations) > 20
    for table in MEMORY:
        assert same(stage.tables[table], before.tables[table]), table


def test_who_leaves_and_returns_has_two_stays(story):
    stays = story["added again"].customer_segment_history.query(
        "segmentation == 'groups' and customer_id == 55"
    )

    assert list(stays.sort_values("valid_from").cause) == ["joined", "joined"]
    assert list(stays.sort_values("valid_from").ending.fillna("")) == ["left", ""]
    assert stays.segment_id.nunique() == 2


# ---------- drift


@pytest.mark.parametrize("name", ["first", "refitted"])
def test_the_customers_of_the_fit_have_not_drifted(story, name):
    drift = story[name].drift

    assert len(drift) == 3 + 2 * 3
    assert set(drift.figure) == {0.0}
    assert set(drift.status) == {"pass"}


def test_the_population_stability_index_is_that_of_the_bins(story):
    stage = story["later"]
    for segmentation, features in FEATURES.items():
        fit_id = stage.champion(segmentation)
        then = prepared(stage, story["first"].customers, fit_id)
        now = prepared(stage, stage.customers, fit_id)
        for feature in features:
            bins = stage.segmentation_fit_features.query(
                "fit_id == @fit_id and feature == @feature"
            )
            edges = bins.bin_bounds.item()
            shares, fit_shares = (
                np.bincount(
                    np.searchsorted(edges, z[feature] - 1e-9), minlength=len(edges) + 1
                )
                / len(z)
                for z in (now, then)
            )
            found = stage.int_feature_shares.query(
                "segmentation == @segmentation and feature == @feature"
            ).sort_values("bin")
            floored, fit_floored = (
                np.maximum(shares, 0.5 / len(now)),
                np.maximum(fit_shares, 0.5 / len(then)),
            )
            index = ((floored - fit_floored) * np.log(floored / fit_floored)).sum()

            assert len(edges) == 9
            assert list(found.share) == pytest.approx(list(shares))
            assert list(found.fit_share) == pytest.approx(list(fit_shares))
            assert drift(stage, segmentation, METRICS[0], feature) == pytest.approx(
                index, abs=1e-8
            )
            assert index > 0.001


def test_segments_are_compared_with_those_of_the_fit(story):
    first, later = story["first"], story["later"]
    for segmentation in FEATURES:
        fit_id = first.champion(segmentation)
        then = scored(first, first.customers, fit_id).dropna()
        now = scored(later, later.customers, fit_id).dropna()
        sizes, fit_sizes = (
            rows.segment_id.value_counts(normalize=True) for rows in (now, then)
        )
        reach = now.segment_id.map(then.groupby("segment_id").distance.max())
        expected = {
            "segment_shift": sizes.sub(fit_sizes, fill_value=0).abs().sum() / 2,
            "distance_growth": now.distance.mean() / then.distance.mean() - 1,
            "outlier_share": (now.distance > reach * (1 + 1e-9)).mean(),
        }

        for metric, figure in expected.items():
            assert drift(later, segmentation, metric) == pytest.approx(figure, abs=1e-8)
    assert drift(later, "groups", "outlier_share") == pytest.approx(2 / 243)


@pytest.mark.parametrize(
    ("name", "warning", "failure"),
    [("first", "pass", "pass"), ("named", "warn", "pass"), (None, "warn", "error")],
)
def test_drift_warns_and_then_fails(story, name, warning, failure):
    result = story[name].result if name else story.judged

    assert result.success == (failure == "pass")
    assert result.nodes["drift_is_below_the_warning_thresholds"] == warning
    assert result.nodes["drift_is_below_the_failure_thresholds"] == failure


def drift(stage: Stage, segmentation: str, metric: str, feature: str = "all") -> float:
    figures = stage.drift.set_index(["segmentation", "metric", "feature"]).figure
    return figures[segmentation, metric, feature]


# ---------- an imported registry


def test_an_imported_registry_scores_as_where_it_comes_from(story, imported):
    there, here = story["unpinned"], imported["imported"]

    assert same(here.kmeans_fits, there.kmeans_fits)
    assert same(here.customer_segments, there.customer_segments, "scored_at")
    assert same(here.segmentation_registry, there.segmentation_registry)


def test_an_empty_first_build_does_not_get_in_the_way_of_the_import(imported):
    stage = imported["empty"]

    assert stage.result.success, stage.result.error
    for table in (
        "customer_segment_history",
        "segment_names",
        "segmentation_champions",
    ):
        assert stage.tables[table].empty


def test_own_fits_go_on_from_the_imported_ones(imported):
    there, own, never = (
        imported[name].kmeans_fits for name in ("imported", "own", "never")
    )
    mine = own[~own.fit_id.isin(there.fit_id)]

    assert same(own[own.fit_id.isin(there.fit_id)], there)
    assert set(mine.segmentation) == {"groups", "habits"}
    assert set(mine.segment_id) <= set(there.segment_id)
    assert same(own, never)
    for segmentation in FEATURES:
        assert imported["never"].champion(segmentation) in set(mine.fit_id)


# ---------- names


def names(stage: Stage, segmentation: str) -> dict:
    """Return the names of segments, after a check that both tables have the same."""
    segments, customers = (
        table[table.segmentation == segmentation]
        .groupby("segment_id")
        .segment_name.agg(lambda found: "/".join(sorted(set(found))))
        .to_dict()
        for table in (stage.segments, stage.customer_segments)
    )
    assert segments == customers
    return segments


def test_the_users_own_names_and_strategies_hold(story):
    before, named = story["added again"], story["named"]
    strategies = named.segments.dropna(subset="strategy")

    assert named.result.success, named.result.error
    assert names(named, "groups") == names(before, "groups") | {"groups-1": "Beginners"}
    assert names(named, "plan") == {"basic": "basic", "premium": "Premium members"}
    assert list(zip(strategies.segment_id, strategies.strategy, strict=True)) == [
        ("groups-1", "Teach them")
    ]


def test_names_for_segments_that_are_gone_earn_a_warning(story):
    test = "warn_of_names_of_retired_segments"

    assert story["named"].result.nodes[test] == "warn"
    assert "Got 3 results" in story["named"].result.error
    assert story["unpinned"].result.nodes[test] == "pass"


def test_a_name_that_is_withdrawn_gives_way_to_the_generated_one(story):
    assert names(story["shifted"], "groups") == names(story["added again"], "groups")
    assert names(story["shifted"], "plan") == {"basic": "basic", "premium": "premium"}


def test_a_name_is_outdated_when_its_segment_has_moved_away_from_it(story):
    # "High x" ends to be true when the typical customer has a high x, too: the second
    # group moves first, later the fourth group itself.
    fourth = segment_of(story["first"], 210)
    for name, expected in (
        ("first", set()),
        ("named", {fourth}),
        ("shifted", {fourth}),
    ):
        segments = story[name].segments.query("segmentation == 'groups'")
        outdated = segments[segments.is_name_outdated.astype(bool)]

        assert set(outdated.segment_id) == expected
    assert segment_of(story["shifted"], 210) == fourth
    assert "high x" in names(story["shifted"], "groups")[fourth].lower()
