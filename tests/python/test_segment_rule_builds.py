"""Rules and pulls of a whole build: the published predicates work as SQL, and the
figures equal those of NumPy.
"""

from itertools import combinations

import duckdb
import numpy as np
import pandas as pd
import pytest
from project import Project

pytestmark = pytest.mark.slow

CUSTOMERS = 600
FEATURES = {
    "income": {"missing": "median", "unit": "k$", "clip": [0.01, 0.99]},
    "order": {"missing": "unassigned", "transform": "log", "weight": 2},
    "plan": {"categories": ["free", "premium"], "missing": "free", "label": "Plan"},
}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A build with missing values, a `where`, categories, and a keyword as a column
    name.
    """
    generator = np.random.default_rng(11)
    groups = generator.integers(0, 3, CUSTOMERS)

    def with_gaps(values):
        return np.where(generator.random(CUSTOMERS) < 0.1, np.nan, values)

    customers = pd.DataFrame(
        {
            "customer_id": np.arange(CUSTOMERS),
            "income": with_gaps(
                np.array([30, 60, 90])[groups] + generator.normal(0, 9, CUSTOMERS)
            ),
            "order": with_gaps(
                np.array([3, 40, 9])[groups] * generator.lognormal(0, 0.5, CUSTOMERS)
            ),
            "plan": generator.choice(["free", "premium", None], CUSTOMERS),
            "region": generator.choice(["north", "south", None], CUSTOMERS),
        }
    )
    project = Project(tmp_path_factory.mktemp("rules"))
    path = project.folder / "customers.parquet"
    duckdb.from_df(customers).write_parquet(str(path))
    project.configuration = {
        "segmentation_customers": f"read_parquet('{path}')",
        "segmentation_customer_id_type": "bigint",
        "segmentation_features": FEATURES,
        "segmentation_measures": {},
        "segmentation_attributes": ["region"],
        "segmentations": {
            "everyone": {"features": ["income", "plan"], "clusters": 4},
            "northern": {
                "features": ["income", "order", "plan"],
                "clusters": [2, 4],
                "where": "region = 'north' or region is null",
            },
        },
        "segmentation_minimum_silhouette": -1,
        "segmentation_minimum_share": 0,
    }
    result = project.dbt(
        "build", "--selector", "own_customers", **project.configuration
    )
    assert result.success, result.error
    return project


@pytest.fixture(scope="module")
def published(built):
    return built.query("""
        select segmentation, segment_id, rule, predicate, customers,
            selected_customers, precision, recall
        from segment_rules order by segmentation, segment_id
    """)


def chosen_by(built, predicate):
    """Return the customers whom a published predicate selects."""
    rows = built.query(f"select customer_id from customer_features where {predicate}")
    return {row[0] for row in rows}


def test_published_predicates_have_the_precision_and_recall_that_they_claim(
    built, published
):
    assert len(published) >= 6
    for segmentation, segment_id, _, predicate, size, *claimed in published:
        chosen = chosen_by(built, predicate)
        members = {
            row[0]
            for row in built.query(
                "select customer_id from customer_segments where segmentation = "
                f"'{segmentation}' and segment_id = '{segment_id}'"
            )
        }
        hits = len(chosen & members)

        assert size == len(members)
        assert claimed == [
            len(chosen),
            hits / len(chosen) if chosen else None,
            hits / len(members),
        ]


def test_rules_are_of_use(published):
    assert min(row[6] for row in published) > 0.8
    assert min(row[7] for row in published) > 0.8


def test_rules_select_all_who_take_part_and_nobody_twice(built, published):
    for segmentation in ("everyone", "northern"):
        chosen = [
            chosen_by(built, row[3]) for row in published if row[0] == segmentation
        ]
        participants = {
            row[0]
            for row in built.query(
                "select customer_id from customer_segments where segmentation = "
                f"'{segmentation}' and segment_id != 'unassigned'"
            )
        }

        assert set.union(*chosen) == participants
        assert not any(first & second for first, second in combinations(chosen, 2))


def test_rules_speak_of_categories_conditions_and_gaps(published):
    everyone = [row for row in published if row[0] == "everyone"]
    northern = [row for row in published if row[0] == "northern"]

    assert any("lan is premium" in row[2] or "not free" in row[2] for row in everyone)
    assert all("plan_" not in row[2] for row in published)
    # A missing income is imputed, so at least one rule must include unknown incomes.
    assert any("(or unknown)" in row[2] for row in everyone)
    assert all(
        row[2].startswith("Where region = 'north' or region is null: ")
        for row in northern
    )
    assert all('"order"' in row[3] for row in northern)


def test_pulls_equal_numpy(built):
    """Compute pulls with NumPy from standardized values, centroids and weights."""
    weights = {"income": 1, "order": 2, "plan_free": 0.25, "plan_premium": 0.25}
    columns = ", ".join(f'"{feature}"' for feature in weights)
    centroids = {
        (segment_id, feature): centroid
        for segment_id, feature, centroid in built.query(
            "select segment_id, feature, centroid from segmentation_fit_centroids"
        )
    }
    values = {
        (customer_id, segmentation): dict(zip(weights, row, strict=True))
        for customer_id, segmentation, *row in built.query(
            f"select customer_id, segmentation, {columns} from {built.standardized()}"
        )
    }
    found = {}
    for customer_id, segmentation, rank, feature, contribution, share in built.query(
        "select customer_id, segmentation, rank, feature, contribution, share "
        "from customer_pulls order by all"
    ):
        found.setdefault((customer_id, segmentation), []).append(
            (rank, feature, pytest.approx(contribution), pytest.approx(share))
        )
    members = built.query(
        "select customer_id, segmentation, segment_id, next_segment_id "
        "from customer_segments where fit_id is not null"
    )

    assert len(members) > CUSTOMERS
    assert {row[:2] for row in members} == set(found)
    for customer_id, segmentation, own, following in members:
        pulls = {}
        for feature, z in values[customer_id, segmentation].items():
            if z is not None:
                block = feature.split("_")[0]
                pulls[block] = pulls.get(block, 0) + weights[feature] * (
                    (z - centroids[following, feature]) ** 2
                    - (z - centroids[own, feature]) ** 2
                )
        towards = {name: pull for name, pull in pulls.items() if pull > 0}
        expected = [
            (rank, name, pull, pull / sum(towards.values()))
            for rank, (name, pull) in enumerate(
                sorted(towards.items(), key=lambda item: -item[1]), start=1
            )
        ]
        assert expected == found[customer_id, segmentation]


def test_contributions_add_up_to_the_difference_of_squared_distances(built):
    rows = built.query("""
        select
            customer_segments.distance,
            customer_segments.margin,
            sum(int_customer_pulls.contribution)
        from customer_segments
        inner join int_customer_pulls using (customer_id, segmentation)
        where margin < 1
        group by customer_id, segmentation, distance, margin
    """)
    distance, margin, contributions = np.array(rows).T
    next_distance = distance / (1 - margin)

    assert len(rows) > CUSTOMERS / 2
    np.testing.assert_allclose(
        contributions, next_distance**2 - distance**2, rtol=1e-9, atol=1e-9
    )


def test_an_empty_build_keeps_the_bounds_and_the_next_one_the_rules(built, published):
    select = ["--select", "path:models/explain"]
    before = built.query("select * from segment_rule_bounds order by all")
    empty = built.dbt("run", "--empty", *select, **built.configuration)

    assert empty.success, empty.error
    assert built.query("select * from segment_rule_bounds order by all") == before
    assert built.query("select count(*) from segment_rules") == [(0,)]

    again = built.dbt("run", *select, **built.configuration)
    assert again.success, again.error
    assert built.query("select predicate from segment_rules order by all") == sorted(
        (row[3],) for row in published
    )
