"""Every assumption of K-means fails on customers that violate it, and each figure
equals that of scikit-learn or NumPy on the same customers.
"""

import numpy as np
import pandas as pd
import pytest
from project import Project
from sklearn.datasets import make_moons

CUSTOMERS = 400
CENTERS = np.array([[0, 0], [6, 0], [0, 6], [6, 6]])


# Tests of builds

SEGMENTATIONS = {
    "noise": (["u", "v"], 4),
    "survey": (["first", "second", "third"], 5),
    "moons": (["east", "north"], 2),
    "million": (["million"], 2),
    "blobs": (["left", "right"], 4),
    "unequal": (["long", "wide"], 2),
}


@pytest.fixture(scope="module")
def customers():
    generator = np.random.default_rng(12)
    frame = pd.DataFrame({"customer_id": [f"c{i:03d}" for i in range(CUSTOMERS)]})
    frame[["u", "v"]] = generator.uniform(size=(CUSTOMERS, 2))
    frame[["first", "second", "third"]] = generator.integers(1, 6, (CUSTOMERS, 3))
    frame[["east", "north"]] = make_moons(CUSTOMERS, noise=0.06, random_state=1)[0]
    frame["million"] = generator.normal(50, 10, CUSTOMERS)
    frame.loc[7, "million"] = 1e6
    frame[["left", "right"]] = CENTERS[np.arange(CUSTOMERS) % 4] + generator.normal(
        size=(CUSTOMERS, 2)
    )
    # A long and wide group of 380 customers, and a tiny one of 20.
    frame["long"] = np.where(frame.index < 380, generator.normal(size=CUSTOMERS), 40)
    frame["wide"] = generator.normal(size=CUSTOMERS) / 4
    frame.loc[380:, "long"] += generator.normal(scale=0.05, size=20)
    return frame


@pytest.fixture(scope="module")
def built(customers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("assumptions")
    customers.to_csv(folder / "customers.csv", index=False)
    project = Project(folder)
    features = [name for names, _ in SEGMENTATIONS.values() for name in names]
    project.variables = {
        "segmentation_customers": f"read_csv('{folder}/customers.csv')",
        "segmentation_attributes": [],
        "segmentation_measures": {},
        "segmentation_features": {name: {} for name in features}
        | {"wide": {"weight": 0.5}},
        "segmentations": {
            name: {"features": names, "clusters": clusters, "minimum_share": 0}
            for name, (names, clusters) in SEGMENTATIONS.items()
        },
        "segmentation_restarts": 3,
    }
    result = project.dbt("run", "--exclude", "path:models/sample", **project.variables)
    assert result.success, result.error
    return project


def found(built, segmentation):
    """Return the rows of a segmentation by assumption."""
    columns = "assumption, subject, status, figure, threshold, explanation"
    return {
        row[0]: dict(zip(columns.split(", ")[1:], row[1:], strict=True))
        for row in built.query(
            f"select {columns} from kmeans_assumptions "
            f"where segmentation = '{segmentation}'"
        )
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("segmentation", "warned", "quiet"),
    [
        ("noise", {"structure"}, {"outliers"}),
        ("survey", {"structure"}, {"outliers"}),
        ("moons", {"structure"}, {"outliers", "stability"}),
        ("million", {"structure", "outliers"}, set()),
        ("unequal", {"outliers", "idle_feature"}, {"leverage"}),
    ],
)
def test_what_does_not_hold_warns(built, segmentation, warned, quiet):
    status = {name: row["status"] for name, row in found(built, segmentation).items()}
    assert {status[name] for name in warned} == {"warn"}
    assert {status[name] for name in quiet} <= {"pass"}


@pytest.mark.slow
def test_blobs_pass_every_check(built):
    rows = found(built, "blobs")
    assert len(rows) == 6
    assert {row["status"] for row in rows.values()} == {"pass"}


@pytest.mark.slow
def test_a_single_feature_is_not_idle(built):
    assert not {"idle_feature"} & set(found(built, "million"))


@pytest.mark.slow
@pytest.mark.parametrize("segmentation", ["noise", "survey", "blobs", "unequal"])
def test_figures_equal_numpy_on_all_customers(built, customers, segmentation):
    names, _ = SEGMENTATIONS[segmentation]
    values = customers[names].to_numpy(float)
    z = (values - values.mean(axis=0)) / values.std(axis=0)
    weighted = z * np.sqrt([0.5 if name == "wide" else 1.0 for name in names])
    labels = np.array(
        [
            segment
            for (segment,) in built.query(
                "select segment_id from customer_segments "
                f"where segmentation = '{segmentation}' order by customer_id"
            )
        ]
    )
    members = {name: weighted[labels == name] for name in np.unique(labels)}
    sizes = {name: len(rows) for name, rows in members.items()}
    spread = {name: rows.var(axis=0).mean() for name, rows in members.items()}
    reliable = [name for name in members if sizes[name] >= 30]
    centers = np.array([members[name].mean(axis=0) for name in labels])
    between = ((centers - weighted.mean(axis=0)) ** 2).sum(axis=0)
    explained = between / ((weighted - weighted.mean(axis=0)) ** 2).sum(axis=0)
    shifts = {}
    for name, rows in members.items():
        distances = np.linalg.norm(rows - rows.mean(axis=0), axis=1)
        farthest = distances.argmax()
        moved = np.delete(rows, farthest, axis=0).mean(axis=0) - rows.mean(axis=0)
        shifts[name] = np.linalg.norm(moved) / distances.mean()
    far = np.abs(z) > 4
    expected = {
        "comparable_spread": max(spread[name] for name in reliable)
        / min(spread[name] for name in reliable),
        "outliers": ((z**2 * far).sum(axis=0) / len(z)).max(),
        "leverage": max(shifts.values()),
        "idle_feature": explained.min(),
    }
    rows = found(built, segmentation)
    assert {name: rows[name]["figure"] for name in expected} == pytest.approx(
        expected, rel=1e-6, abs=1e-12
    )
    assert rows["leverage"]["subject"] == max(shifts, key=shifts.get)
    assert rows["idle_feature"]["subject"] == names[int(explained.argmin())]


@pytest.mark.slow
def test_the_weakest_segment_is_the_least_stable_of_segments(built):
    for segmentation in SEGMENTATIONS:
        row = found(built, segmentation)["stability"]
        ((segment, stability),) = built.query(
            "select segment_id, stability from segments "
            f"where segmentation = '{segmentation}' order by 2, 1 limit 1"
        )
        assert (row["subject"], row["figure"]) == (segment, stability)


@pytest.mark.slow
def test_the_sample_is_the_same_2_000_customers(built):
    assert built.query(
        "select segmentation, count(*) from int_structure_sample group by 1 order by 1"
    ) == sorted((name, CUSTOMERS) for name in SEGMENTATIONS)


@pytest.mark.slow
def test_the_data_test_warns_and_stops_nothing(built):
    result = built.dbt(
        "test", "--select", "warn_of_unmet_assumptions", **built.variables
    )
    assert result.success
    assert set(result.nodes.values()) == {"warn"}


@pytest.mark.slow
def test_a_fit_is_compared_once(built):
    before = built.query("from kmeans_structure order by all")
    result = built.dbt(
        *("run", "--select", "kmeans_structure+"), threads=1, **built.variables
    )
    assert result.success
    assert not [line for line in result.log if "comparing with tables" in line]
    assert built.query("from kmeans_structure order by all") == before
    assert len(before) == len(SEGMENTATIONS)


@pytest.mark.slow
def test_an_empty_build_keeps_the_comparisons(built):
    before = built.query("from kmeans_structure order by all")
    result = built.dbt(
        *("run", "--empty", "--exclude", "path:models/sample"), **built.variables
    )
    assert result.success, result.error
    assert built.query("from kmeans_structure order by all") == before
    assert built.query("from kmeans_assumptions") == []
