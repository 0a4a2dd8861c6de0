"""Rules of segments: the tree equals scikit-learn's, boxes and round numbers fulfill
their conditions, and the published predicates work as SQL.
"""

import sys
from itertools import combinations

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from loading import load_model
from project import Project
from sklearn.metrics import f1_score
from sklearn.tree import DecisionTreeClassifier

modest = settings(deadline=None, max_examples=40, derandomize=True)


@pytest.fixture(scope="module")
def rules():
    return load_model("models/explain/segment_rule_bounds.py")


@st.composite
def examples(draw):
    """Draw values in one to four dimensions, segments that depend on them, weights."""
    rows, columns = draw(st.integers(8, 60)), draw(st.integers(1, 4))
    generator = np.random.default_rng(draw(st.integers(0, 10_000)))
    values = generator.integers(-9, 30, (rows, columns)).astype(float)
    noise = generator.normal(0, 4, rows)
    segments = np.digitize(values[:, 0] + noise, [3, 12])
    segments = np.unique(segments, return_inverse=True)[1]
    assume(segments.max() > 0 and len(np.unique(values[:, 0])) > 2)
    return values, segments, generator.integers(1, 5, rows).astype(float)


def splits(node):
    """Return all splits of a tree."""
    if node.segment is not None:
        return []
    return [node, *splits(node.below), *splits(node.above)]


def boxes_by_segment(rules, node, columns):
    return {
        segment: rules.simplified(boxes)
        for segment, boxes in rules.segment_boxes(node, columns).items()
    }


def inside(box, values):
    return ((values >= box[0]) & (values < box[1])).all(axis=1)


# the tree


@modest
@given(data=examples(), leaves=st.integers(2, 7))
def test_a_tree_predicts_as_scikit_learn_does(rules, data, leaves):
    values, segments, weights = data
    reference = DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=0)
    reference.fit(values, segments, sample_weight=weights)

    tree = rules.grown(values, segments, weights, leaves)

    found = rules.predicted_segments(tree, values)
    np.testing.assert_array_equal(found, reference.predict(values))


def test_values_that_single_precision_cannot_tell_apart_are_told_apart(rules):
    values = 1e9 + np.arange(20.0)[:, None]
    segments = (np.arange(20) >= 7).astype(int)

    tree = rules.grown(values, segments, np.ones(20), 2)

    assert (tree.low, tree.high) == (1e9 + 6, 1e9 + 7)
    np.testing.assert_array_equal(rules.predicted_segments(tree, values), segments)


def test_leaves_side_by_side_that_agree_are_one(rules):
    # The split lowers the impurity, but both leaves have the same majority.
    values = np.array([0.0, 1, 1])[:, None]
    tree = rules.grown(values, np.array([0, 0, 1]), np.array([9.0, 6.0, 5.0]), 2)

    assert tree == rules.Node(segment=0)


@modest
@given(data=examples())
def test_mean_f1_equals_that_of_scikit_learn(rules, data):
    _, segments, weights = data
    predicted = np.roll(segments, 3)
    reference = f1_score(segments, predicted, average="macro", sample_weight=weights)

    found = rules.mean_f1(predicted, segments, weights)

    assert found == pytest.approx(reference)


def test_three_groups_need_three_leaves(rules, groups):
    values = groups([[0, 0], [9, 0], [0, 9]], 30, 1.0, 3)
    segments = np.tile([0, 1, 2], 30)

    tree = rules.simplest_tree(values, segments, np.ones(90))

    assert len(splits(tree)) == 2
    np.testing.assert_array_equal(rules.predicted_segments(tree, values), segments)


@pytest.mark.parametrize(("stray", "leaves"), [(1, 2), (10, 3)])
def test_a_leaf_more_must_be_worth_it(rules, stray, leaves):
    """Some customers of segment 0 lie on the other side of segment 1."""
    values = np.arange(3.0)[:, None]
    weights = np.array([100.0, 100.0, stray])

    tree = rules.simplest_tree(values, np.array([0, 1, 0]), weights)

    assert len(splits(tree)) + 1 == leaves


# round numbers


@pytest.mark.parametrize(
    ("low", "high", "number"),
    [
        (39, 40, 40),
        (42, 43, 43),
        (42, 58, 50),
        (62, 98, 90),
        (57.13, 57.29, 57.2),
        (0.28, 0.29, 0.29),
        (0, 1, 1),
        (-3.2, -2.7, -3),
        (-5, 5, 0),
        (1e9 + 6, 1e9 + 7, 1e9 + 7),
        (2e-9, 4e-9, 4e-9),
    ],
)
def test_the_last_number_is_the_roundest_that_splits_exactly(rules, low, high, number):
    assert rules.round_numbers(low, high)[-1] == number


def test_round_numbers_come_from_coarse_to_fine(rules):
    assert rules.round_numbers(46, 47) == [
        *(0, 500),  # of 500
        *(0, 100),  # of 100
        *(50, 0),  # of 50
        *(50, 40),  # of 10
        *(45, 50),  # of 5
        47,
    ]


@modest
@given(
    low=st.floats(-1e15, 1e15, allow_subnormal=False),
    distance=st.floats(1e-9, 1e9),
)
def test_numbers_have_few_digits_and_the_last_one_splits(rules, low, distance):
    high = low + distance
    assume(high - low > 1e-13 * max(abs(low), abs(high)))
    numbers = rules.round_numbers(low, high)

    assert low < numbers[-1] <= high
    assert all(float(f"{number:.15g}") == number for number in numbers)


@modest
@given(data=examples())
def test_rounding_costs_at_most_its_allowance_per_split(rules, data):
    values, segments, weights = data
    exact = rules.grown(values, segments, weights, 6)
    round_tree = rules.rounded(exact, values, segments, weights)

    def score(tree):
        found = rules.predicted_segments(tree, values)
        return rules.mean_f1(found, segments, weights)

    allowed = len(splits(exact)) * rules.ROUNDER_THRESHOLD
    assert score(round_tree) >= score(exact) - allowed - 1e-12


def test_a_rounder_threshold_may_cost_a_few_customers(rules):
    """Without a tolerance, the threshold would be 41."""
    ages = np.arange(20.0, 60.0)[:, None]
    segments = (ages[:, 0] >= 41).astype(int)
    weights = np.where(ages[:, 0] == 40, 1.0, 25.0)
    exact = rules.grown(ages, segments, weights, 2)

    assert exact.threshold == 41
    assert rules.rounded(exact, ages, segments, weights).threshold == 40
    expensive = np.full(40, 25.0)
    assert rules.rounded(exact, ages, segments, expensive).threshold == 41


def test_a_split_that_rounding_made_idle_is_left_out(rules):
    """Few customers are 40 years old. Rounding 41 to 40 leaves the next split empty."""
    ages = np.array([*range(20, 60), *range(100, 140)], dtype=float)[:, None]
    weights = np.where(ages[:, 0] == 40, 1.0, 25.0)
    segments = ((ages[:, 0] == 40) | (ages[:, 0] >= 100)).astype(int)
    leaves = [rules.Node(segment=segment) for segment in (0, 1)]
    old = rules.Node(None, 0, 59.0, 100.0, 100.0, *leaves)
    idle = rules.Node(None, 0, 39.0, 40.0, 40.0, *leaves)
    exact = rules.Node(None, 0, 40.0, 41.0, 41.0, idle, old)

    tree = rules.rounded(exact, ages, segments, weights)

    assert tree == rules.Node(None, 0, 40.0, 41.0, 40.0, leaves[0], old)


# boxes


@modest
@given(data=examples(), leaves=st.integers(2, 9), seed=st.integers(0, 99))
def test_boxes_hold_what_the_tree_predicts_everywhere(rules, data, leaves, seed):
    values, segments, weights = data
    tree = rules.rounded(
        rules.grown(values, segments, weights, leaves), values, segments, weights
    )
    anywhere = np.random.default_rng(seed).uniform(-20, 40, (200, values.shape[1]))
    predicted = rules.predicted_segments(tree, anywhere)

    for segment, boxes in boxes_by_segment(rules, tree, values.shape[1]).items():
        found = np.any([inside(box, anywhere) for box in boxes], axis=0)
        np.testing.assert_array_equal(found, predicted == segment)


INFINITE = np.inf


def test_boxes_side_by_side_become_one(rules):
    boxes = [
        np.array([[2, 5, 0], [INFINITE, INFINITE, 9]]),
        np.array([[2, -INFINITE, 0], [INFINITE, 5, 3]]),
        np.array([[2, -INFINITE, 3], [INFINITE, 5, 9]]),
    ]
    (found,) = rules.simplified(boxes)

    assert found.tolist() == [[2, -INFINITE, 0], [INFINITE, INFINITE, 9]]


def test_a_bound_goes_if_what_lies_beyond_is_in_another_box(rules):
    boxes = [
        np.array([[-INFINITE, -INFINITE], [40, 60]]),
        np.array([[40, 65], [78, INFINITE]]),
        np.array([[40.0, 10], [78, 20]]),
    ]
    found = rules.simplified(boxes)

    # The last box loses its lower bound, because the first box covers the space below.
    assert [box.tolist() for box in found] == [
        [[-INFINITE, -INFINITE], [40, 60]],
        [[40, 65], [78, INFINITE]],
        [[-INFINITE, 10], [78, 20]],
    ]
    assert boxes[2][0, 0] == 40  # the given box is unchanged


def test_the_category_says_that_it_is_no_other(rules):
    box = np.array([[-INFINITE, 1, 5, -INFINITE], [1, INFINITE, 9, 1]])
    blocks = ["plan", "plan", "age", "plan"]

    assert rules.without_implied(box, blocks).tolist() == [
        [-INFINITE, 1, 5, -INFINITE],
        [INFINITE, INFINITE, 9, INFINITE],
    ]
    neither = np.array([[-INFINITE] * 4, [1, 1, 9, INFINITE]])
    assert rules.without_implied(neither, blocks).tolist() == neither.tolist()
    ages = np.array([[5.0], [9.0]])
    assert rules.without_implied(ages, ["age"]).tolist() == ages.tolist()


# model


@pytest.fixture
def project(session):
    """A database with the tables that the model refers to. One of its two segmentations
    has categories.
    """
    generator = np.random.default_rng(5)
    ages = generator.integers(18, 80, 300)
    premium = generator.integers(0, 2, 300)
    rows = [
        *(("stage", f"stage-{1 + (age >= 50)}", "s", age, None, None) for age in ages),
        *(
            ("plan", f"plan-{1 + paid}", "p", age, paid, 1 - paid)
            for age, paid in zip(ages.tolist(), premium.tolist(), strict=True)
        ),
    ]
    session.execute(
        "create table int_segment_rule_examples (segmentation varchar, "
        "segment_id varchar, fit_id varchar, age double, plan_premium double, "
        "plan_free double, customers bigint)"
    )
    session.executemany(
        "insert into int_segment_rule_examples values (?, ?, ?, ?, ?, ?, 1)",
        [tuple(None if cell is None else str(cell) for cell in row) for row in rows],
    )
    session.execute("""
        create table int_segmentation_features as
        from (values
            ('stage', 'age', 'age', 0), ('plan', 'plan_premium', 'plan', 1),
            ('plan', 'plan_free', 'plan', 2), ('plan', 'age', 'age', 0)
        ) as listed (segmentation, feature, block, position)
    """)
    return session


@pytest.fixture
def without_scikit_learn(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("sklearn")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sklearn", None)


def bounds(rows):
    return {
        (row["segment_id"], row["leaf"], row["feature"]): (
            row["lower_bound"],
            row["upper_bound"],
        )
        for row in rows
    }


STAGES = {
    ("stage-1", 1, "age"): (None, 50),
    ("stage-2", 1, "age"): (50, None),
}
PLANS = {
    ("plan-1", 1, "age"): (None, None),
    ("plan-2", 1, "age"): (None, None),
}


def test_model_finds_the_borders(rules, project, build, has_declared_types):
    rows = build(rules, project)
    has_declared_types(rules, project)
    found = bounds(rows)

    assert found.items() >= (STAGES | PLANS).items()
    # The rule may use either of the two columns.
    assert [found["plan-2", 1, name] for name in ("plan_premium", "plan_free")] in (
        [(1, None), (None, None)],
        [(None, None), (None, 1)],
    )
    assert {(row["segmentation"], row["fit_id"]) for row in rows} == {
        ("stage", "s"),
        ("plan", "p"),
    }


def test_model_without_examples_is_an_empty_typed_table(
    rules, project, build, has_declared_types, without_scikit_learn
):
    project.execute("delete from int_segment_rule_examples")

    assert build(rules, project) == []
    has_declared_types(rules, project)


def test_model_gives_the_same_rows_for_shuffled_examples(rules, project, build):
    first = build(rules, project)
    project.execute("""
        drop table segment_rule_bounds;
        create or replace table int_segment_rule_examples as
        from int_segment_rule_examples order by hash(age, segment_id) desc
    """)

    assert build(rules, project) == first


def test_model_learns_nothing_anew_where_nothing_changed(
    rules, project, build, request
):
    first = build(rules, project)
    request.getfixturevalue("without_scikit_learn")

    assert build(rules, project) == first


def test_model_keeps_its_rows_without_examples(rules, project, build, request):
    first = build(rules, project)
    project.execute("delete from int_segment_rule_examples")
    request.getfixturevalue("without_scikit_learn")

    assert build(rules, project) == first


@pytest.mark.parametrize(
    "change",
    [
        "age = age + 7 where segmentation = 'stage'",
        "customers = 2 where segment_id = 'stage-1'",
        "segment_id = 'stage-3' where segment_id = 'stage-2'",
        "fit_id = 't' where segmentation = 'stage'",
    ],
)
def test_model_learns_anew_what_changed_and_only_that(
    rules, project, build, change, monkeypatch
):
    before = build(rules, project)
    learned = []

    def observed(features, examples):
        learned.append([row["feature"] for row in features])
        return rule_rows(features, examples)

    rule_rows = rules.rule_rows
    monkeypatch.setattr(rules, "rule_rows", observed)
    project.execute(f"update int_segment_rule_examples set {change}")
    after = build(rules, project)

    assert learned == [["age"]]
    assert [row for row in before if row["segmentation"] == "plan"] == [
        row for row in after if row["segmentation"] == "plan"
    ]
    is_new_fit = "fit_id" in change
    stages = [row for row in after if row["segmentation"] == "stage"]
    assert len({row["fit_id"] for row in stages}) == 1 + is_new_fit
    assert len(stages) == 2 * (1 + is_new_fit)


def test_model_learns_anew_when_the_method_changed(rules, project, build, monkeypatch):
    before = build(rules, project)
    monkeypatch.setattr(rules, "ROUNDER_THRESHOLD", 0.1)
    after = build(rules, project)

    fingerprints = [
        {row["examples_fingerprint"] for row in rows} for rows in (before, after)
    ]
    assert not fingerprints[0] & fingerprints[1]


def test_a_segment_that_no_leaf_can_have_has_no_rows(rules):
    """The segment has few customers, with the same ages as many others."""
    rows = rules.rule_rows(
        [{"feature": "age", "block": "age"}],
        {
            "age": np.array([10.0, 11, 20, 21, 10, 21]),
            "segment_id": np.array([f"s-{number}" for number in (1, 1, 2, 2, 3, 3)]),
            "customers": np.array([9, 9, 9, 9, 1, 1]),
        },
    )

    assert bounds(rows) == {
        ("s-1", 1, "age"): (None, 20),
        ("s-2", 1, "age"): (20, None),
    }


def test_customers_of_one_segment_need_no_bounds(rules):
    rows = rules.rule_rows(
        [{"feature": "age", "block": "age"}],
        {
            "age": np.arange(5.0),
            "segment_id": np.array(["s-1"] * 5, dtype=object),
            "customers": np.ones(5, dtype=int),
        },
    )

    assert bounds(rows) == {("s-1", 1, "age"): (None, None)}


# a whole build

CUSTOMERS = 600
FEATURES = {
    "income": {"missing": "median", "unit": "k$", "clip": [0.01, 0.99]},
    "order": {"missing": "unassigned", "transform": "log", "weight": 2},
    "plan": {"categories": ["free", "premium"], "missing": "free", "label": "Plan"},
}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Customers with gaps, a condition, categories and a column named as a keyword."""
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_rules_are_of_use(published):
    assert min(row[6] for row in published) > 0.8
    assert min(row[7] for row in published) > 0.8


@pytest.mark.slow
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


@pytest.mark.slow
def test_rules_speak_of_categories_conditions_and_gaps(published):
    everyone = [row for row in published if row[0] == "everyone"]
    northern = [row for row in published if row[0] == "northern"]

    assert any("lan is premium" in row[2] or "not free" in row[2] for row in everyone)
    assert all("plan_" not in row[2] for row in published)
    # A missing income is imputed, so some rule must include unknown incomes.
    assert any("(or unknown)" in row[2] for row in everyone)
    assert all(
        row[2].startswith("Where region = 'north' or region is null: ")
        for row in northern
    )
    assert all('"order"' in row[3] for row in northern)


@pytest.mark.slow
def test_pulls_equal_numpy(built):
    """NumPy computes pulls from standardized values, centroids and weights."""
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


@pytest.mark.slow
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


@pytest.mark.slow
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
