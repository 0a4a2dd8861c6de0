"""Leaves of trees become rules with few bounds, which select what the tree predicts."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loading import load_model
from tree_examples import examples

modest = settings(deadline=None, max_examples=40, derandomize=True)


@pytest.fixture(scope="module")
def trees():
    return load_model("models/explain/int_segment_trees.py")


@pytest.fixture(scope="module")
def rules():
    return load_model("models/explain/segment_rule_bounds.py")


def boxes_by_segment(trees, rules, node, columns):
    everywhere = np.array([[-INFINITE] * columns, [INFINITE] * columns])
    boxes = {}
    for segment, box in trees.leaves(node, everywhere):
        boxes.setdefault(segment, []).append(box)
    return {segment: rules.simplified(found) for segment, found in boxes.items()}


def inside(box, values):
    return ((values >= box[0]) & (values < box[1])).all(axis=1)


# Tests of boxes


@modest
@given(data=examples(), leaves=st.integers(2, 9), seed=st.integers(0, 99))
def test_boxes_hold_what_the_tree_predicts_everywhere(trees, rules, data, leaves, seed):
    values, segments, weights = data
    tree = trees.rounded(
        trees.grown(values, segments, weights, leaves), values, segments, weights
    )
    anywhere = np.random.default_rng(seed).uniform(-20, 40, (200, values.shape[1]))
    predicted = trees.predicted_segments(tree, anywhere)

    for segment, boxes in boxes_by_segment(trees, rules, tree, values.shape[1]).items():
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


# Tests of the models


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
def learn(trees, rules, project, build):
    """A function that builds the trees and then the rules, and returns both."""
    return lambda: (build(trees, project), build(rules, project))


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


AGE = {"feature": "age", "block": "age", "position": 0}
STAGES = {
    ("stage-1", 1, "age"): (None, 50),
    ("stage-2", 1, "age"): (50, None),
}
PLANS = {
    ("plan-1", 1, "age"): (None, None),
    ("plan-2", 1, "age"): (None, None),
}


def test_models_find_the_borders(trees, rules, project, learn, has_declared_types):
    _, rows = learn()
    has_declared_types(trees, project)
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


def test_models_without_examples_are_empty_typed_tables(
    trees, rules, project, learn, has_declared_types, without_scikit_learn
):
    project.execute("delete from int_segment_rule_examples")

    assert learn() == ([], [])
    has_declared_types(trees, project)
    has_declared_types(rules, project)


def test_models_give_the_same_rows_for_shuffled_examples(project, learn):
    first = learn()
    project.execute("""
        drop table segment_rule_bounds; drop table int_segment_trees;
        create or replace table int_segment_rule_examples as
        from int_segment_rule_examples order by hash(age, segment_id) desc
    """)

    assert learn() == first


def test_models_learn_nothing_anew_where_nothing_changed(learn, request):
    first = learn()
    request.getfixturevalue("without_scikit_learn")

    assert learn() == first


def test_models_keep_their_rows_without_examples(project, learn, request):
    first = learn()
    project.execute("delete from int_segment_rule_examples")
    request.getfixturevalue("without_scikit_learn")

    assert learn() == first


@pytest.mark.parametrize(
    "change",
    [
        "age = age + 7 where segmentation = 'stage'",
        "customers = 2 where segment_id = 'stage-1'",
        "segment_id = 'stage-3' where segment_id = 'stage-2'",
        "fit_id = 't' where segmentation = 'stage'",
    ],
)
def test_models_learn_anew_what_changed_and_only_that(
    trees, project, learn, change, monkeypatch
):
    _, before = learn()
    learned = []

    def observed(features, examples):
        learned.append([row["feature"] for row in features])
        return leaf_rows(features, examples)

    leaf_rows = trees.leaf_rows
    monkeypatch.setattr(trees, "leaf_rows", observed)
    project.execute(f"update int_segment_rule_examples set {change}")
    _, after = learn()

    assert learned == [["age"]]
    assert [row for row in before if row["segmentation"] == "plan"] == [
        row for row in after if row["segmentation"] == "plan"
    ]
    is_new_fit = "fit_id" in change
    stages = [row for row in after if row["segmentation"] == "stage"]
    assert len({row["fit_id"] for row in stages}) == 1 + is_new_fit
    assert len(stages) == 2 * (1 + is_new_fit)


def test_models_learn_anew_when_the_method_changed(trees, learn, monkeypatch):
    before = learn()
    monkeypatch.setattr(trees, "ROUNDER_THRESHOLD", 0.1)
    after = learn()

    for tables in zip(before, after, strict=True):
        fingerprints = [
            {row["examples_fingerprint"] for row in rows} for rows in tables
        ]
        assert not fingerprints[0] & fingerprints[1]


def test_a_segment_that_no_leaf_can_have_has_no_rows(trees, rules):
    """Use a segment with few customers, who have the same ages as many others."""
    customers = {
        "age": np.array([10.0, 11, 20, 21, 10, 21]),
        "segment_id": np.array([f"s-{number}" for number in (1, 1, 2, 2, 3, 3)]),
        "customers": np.array([9, 9, 9, 9, 1, 1]),
    }
    rows = rules.rule_rows(trees.leaf_rows([AGE], customers), customers)

    assert bounds(rows) == {
        ("s-1", 1, "age"): (None, 20),
        ("s-2", 1, "age"): (20, None),
    }


def test_customers_of_one_segment_need_no_bounds(trees, rules):
    customers = {
        "age": np.arange(5.0),
        "segment_id": np.array(["s-1"] * 5, dtype=object),
        "customers": np.ones(5, dtype=int),
    }
    rows = rules.rule_rows(trees.leaf_rows([AGE], customers), customers)

    assert bounds(rows) == {("s-1", 1, "age"): (None, None)}
