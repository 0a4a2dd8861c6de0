"""Noise of every shape is distinguished from groups, and each figure equals that of
scikit-learn, scipy or NumPy on the same customers.
"""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loading import load_model
from project import ROOT, Project
from scipy import stats
from scipy.optimize import isotonic_regression
from sklearn.cluster import KMeans
from sklearn.datasets import make_moons
from sklearn.decomposition import PCA

pytestmark = pytest.mark.usefixtures("one_thread")
modest = settings(deadline=None, max_examples=40, derandomize=True)

CUSTOMERS = 400


@pytest.fixture(scope="module")
def kmeans_structure():
    return load_model("models/assume/kmeans_structure.py")


@pytest.fixture(scope="module")
def segment_elongations():
    return load_model("models/assume/segment_elongations.py")


def preparation(values, transform="none", scale_method="standard", block="x"):
    """Return the row that feature_preparation would have for the values."""
    prepared = {"none": np.asarray, "log": np.log1p, "sqrt": np.sqrt}[transform](values)
    return {
        "transform": transform,
        "center": float(prepared.mean()),
        "scale": float(prepared.std()),
        "weight": 1.0,
        "block": block,
        "scale_method": scale_method,
    }, (prepared - prepared.mean()) / prepared.std()


def prepared_columns(columns):
    """Return the standardized columns and their preparations."""
    rows, vectors = zip(*[preparation(column) for column in columns.T], strict=True)
    return np.column_stack(vectors), list(rows)


# rounding


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, 2, 3, 5, 5], (1, 5)),
        ([0.25, 0.75, 0.75, 1.25], (0.5, 0.75)),
        ([1.0] * 5, None),
        (np.random.default_rng(1).normal(size=200), None),
        # Nine in ten values are answers, the others an imputed mean.
        ([*[1.0, 2, 3, 4, 5, 5] * 5, 3.217, 3.217], (1, 5)),
    ],
)
def test_rounding_is_the_step_between_common_values(kmeans_structure, values, expected):
    assert kmeans_structure.rounding(np.array(values)) == expected


# isotonic, without_valleys


@modest
@given(st.integers(2, 30), st.integers(0, 1000), st.booleans())
def test_isotonic_density_is_that_of_scipy(kmeans_structure, size, seed, rising):
    generator = np.random.default_rng(seed)
    bounds = np.cumsum(generator.uniform(0.1, 2, size))
    shares = np.cumsum(generator.uniform(0, 1, size))
    found = kmeans_structure.isotonic(bounds, shares, rising=rising)
    widths = np.diff(bounds)
    reference = isotonic_regression(
        np.diff(shares) / widths, weights=widths, increasing=rising
    ).x
    assert np.diff(found) / widths == pytest.approx(reference)
    assert found[[0, -1]] == pytest.approx(shares[[0, -1]])


def cells(shares):
    """Return bounds of width 1, and the cumulated shares at them."""
    return np.arange(len(shares) + 1.0), np.concatenate([[0], np.cumsum(shares)])


@pytest.mark.parametrize(
    "shares", [[0.1, 0.2, 0.4, 0.3], [0.7, 0.2, 0.1], [0.25] * 4, [0.1, 0.9]]
)
def test_a_distribution_of_one_mode_stays_as_it_is(kmeans_structure, shares):
    bounds, reached = cells(shares)
    values, found, moved = kmeans_structure.without_valleys(bounds, reached, reached)
    assert np.interp(bounds, values, found) == pytest.approx(reached)
    assert moved == pytest.approx(0)


def test_a_valley_is_filled_with_as_few_customers_as_can_be(kmeans_structure):
    # By hand: 0.4, 0, 0.6 has no valley if its first two cells share the 0.4.
    bounds, reached = cells([0.4, 0.0, 0.6])
    values, found, moved = kmeans_structure.without_valleys(bounds, reached, reached)
    assert np.interp(bounds, values, found) == pytest.approx([0, 0.2, 0.4, 1])
    assert moved == pytest.approx(0.2)


@modest
@given(st.lists(st.integers(0, 9), min_size=2, max_size=15).filter(any))
def test_no_valley_is_left(kmeans_structure, counts):
    bounds, reached = cells(np.array(counts) / sum(counts))
    values, found, _ = kmeans_structure.without_valleys(bounds, reached, reached)
    density = np.diff(np.interp(bounds, values, found))
    peak = int(density.argmax())
    assert (np.diff(density[: peak + 1]) >= -1e-9).all()
    assert (np.diff(density[peak:]) <= 1e-9).all()


# reference_feature, reference_tables

SHARES = (np.arange(5000) + 0.5) / 5000


@pytest.mark.parametrize(
    ("values", "transform"),
    [
        (np.random.default_rng(1).normal(50, 9, 800), "none"),
        (np.random.default_rng(1).uniform(size=800), "none"),
        (np.random.default_rng(1).lognormal(3, 1, 800), "none"),
        (np.random.default_rng(1).lognormal(3, 1, 800), "log"),
        (np.random.default_rng(1).integers(18, 80, 800), "none"),
        (np.random.default_rng(1).poisson(3, 800), "log"),
        (np.random.default_rng(1).poisson(3, 800), "sqrt"),
        (1e-9 * np.random.default_rng(1).normal(size=800), "none"),
    ],
)
def test_a_feature_of_one_mode_is_drawn_as_it_is(kmeans_structure, values, transform):
    mine, z = preparation(values, transform)
    drawn = kmeans_structure.reference_feature(z, mine)(SHARES)
    # At 0.05, a test would distinguish the two with about 1,000 customers each.
    assert stats.ks_2samp(z, drawn).statistic < 0.04


@pytest.mark.parametrize("transform", ["none", "log", "sqrt"])
def test_a_rounded_feature_is_drawn_rounded(kmeans_structure, transform):
    values = np.random.default_rng(2).binomial(40, 0.3, 500)
    mine, z = preparation(values, transform)
    drawn = kmeans_structure.reference_feature(z, mine)(SHARES)
    own = {"none": np.asarray, "log": np.expm1, "sqrt": np.square}[transform](
        drawn * mine["scale"] + mine["center"]
    )
    assert own == pytest.approx(own.round())
    assert (own.round().min(), own.round().max()) == (values.min(), values.max())


@pytest.mark.parametrize(
    "values",
    [
        np.concatenate([np.random.default_rng(3).normal(m, 1, 300) for m in (0, 9)]),
        np.repeat([1.0, 2, 3, 18, 19, 20], 100),
        np.repeat([1.0, 5], [300, 500]) + np.tile([0, 0, 1, -1], 200).clip(0, 1),
    ],
)
def test_two_modes_are_drawn_as_one(kmeans_structure, values):
    mine, z = preparation(values)
    drawn = kmeans_structure.reference_feature(z, mine)(SHARES)
    middle = np.abs(drawn - (z.min() + z.max()) / 2) < 0.25 * np.ptp(z)
    assert middle.mean() > 0.15
    assert (np.abs(z - (z.min() + z.max()) / 2) < 0.1 * np.ptp(z)).mean() < 0.01


def test_irregular_shares_of_few_answers_are_kept(kmeans_structure):
    values = np.repeat([1.0, 2, 3, 4, 5], [60, 100, 90, 95, 55])
    mine, z = preparation(values)
    drawn = kmeans_structure.reference_feature(z, mine)(SHARES)
    counts = np.unique(drawn, return_counts=True)[1]
    expected = np.array([60, 100, 90, 95, 55]) / 400
    assert counts / 5000 == pytest.approx(expected, abs=1e-3)


def test_tables_keep_correlations_of_skewed_and_rounded_features(kmeans_structure):
    generator = np.random.default_rng(4)
    mixed = np.array([[1, 0.8, 0.3], [0, 1, 0], [0, 0, 1]])
    x = generator.normal(size=(2000, 3)) @ mixed
    x = np.column_stack([np.exp(x[:, 0]), x[:, 1].round().clip(-1, 1), x[:, 2]])
    vectors, mine = prepared_columns(x)
    tables = kmeans_structure.reference_tables(vectors, mine, generator)
    drawn = np.concatenate([next(tables) for _ in range(10)])
    assert np.corrcoef(drawn.T) == pytest.approx(np.corrcoef(x.T), abs=0.04)
    assert abs(np.corrcoef(x.T)[0, 1]) > 0.4


def test_categories_stay_together_and_lose_their_company(kmeans_structure):
    generator = np.random.default_rng(5)
    plan = generator.integers(0, 3, 600)
    columns = np.column_stack([np.eye(3)[plan], plan + generator.normal(size=600)])
    vectors, mine = prepared_columns(columns)
    for row in mine[:3]:
        row |= {"scale_method": "categories", "block": "plan"}
    table = next(kmeans_structure.reference_tables(vectors, mine, generator))
    rows, counts = np.unique(table[:, :3].round(9), axis=0, return_counts=True)
    before, expected = np.unique(vectors[:, :3].round(9), axis=0, return_counts=True)
    assert rows.tolist() == before.tolist()
    assert counts.tolist() == expected.tolist()
    assert abs(np.corrcoef(table[:, 0], table[:, 3])[0, 1]) < 0.15
    assert abs(np.corrcoef(vectors[:, 0], vectors[:, 3])[0, 1]) > 0.4


# simplified_silhouette, resampled_rand


def test_simplified_silhouette_is_that_of_scikit_learns_distances(kmeans_structure):
    vectors = np.random.default_rng(6).normal(size=(200, 3))
    reference = KMeans(4, n_init=5, tol=0, random_state=1).fit(vectors)
    ordered = np.sort(reference.transform(vectors), axis=1)
    centroids = kmeans_structure.fit(vectors, 4)
    found = kmeans_structure.simplified_silhouette(vectors, centroids)
    assert found == pytest.approx(np.mean(1 - ordered[:, 0] / ordered[:, 1]))


def test_too_few_different_vectors_are_cut_perfectly(kmeans_structure):
    vectors = np.repeat(np.eye(3), 20, axis=0)
    assert kmeans_structure.fit(vectors, 3) is None
    assert kmeans_structure.simplified_silhouette(vectors, None) == 1
    assert kmeans_structure.resampled_rand(vectors, None, np.random.default_rng()) == 1


def test_resampled_groups_are_found_again_and_resampled_noise_is_not(
    kmeans_structure, groups
):
    generator = np.random.default_rng(7)
    for vectors, low, high in [
        (groups([[0, 0], [9, 0], [0, 9]], 60, 1, 1), 0.99, 1),
        (generator.normal(size=(180, 4)), 0, 0.7),
    ]:
        centroids = kmeans_structure.fit(vectors, 3)
        found = kmeans_structure.resampled_rand(vectors, centroids, generator)
        assert low <= found <= high


# structure

CENTERS = np.array([[0, 0], [6, 0], [0, 6], [6, 6]])


def shapes(name, seed):
    """Return customers of a shape, and a number of clusters."""
    generator = np.random.default_rng(seed)
    shaped = {
        "uniform": lambda: (generator.uniform(size=(400, 3)), 4),
        "uniform alone": lambda: (generator.uniform(size=(400, 1)), 2),
        "normal": lambda: (generator.normal(size=(400, 2)), 3),
        "correlated": lambda: (
            generator.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], 400),
            2,
        ),
        "survey": lambda: (generator.integers(1, 6, (400, 3)).astype(float), 5),
        "skewed": lambda: (generator.lognormal(size=(400, 2)), 3),
        "blobs": lambda: (
            CENTERS[generator.integers(0, 4, 400)] + generator.normal(size=(400, 2)),
            4,
        ),
        "rounded blobs": lambda: (
            (
                CENTERS[generator.integers(0, 4, 400)] + generator.normal(size=(400, 2))
            ).round(),
            4,
        ),
        "two modes": lambda: (
            generator.normal(size=(400, 1)) + 7 * generator.integers(0, 2, (400, 1)),
            2,
        ),
    }
    return shaped[name]()


@pytest.mark.parametrize(
    ("name", "has_groups"),
    [
        ("uniform", False),
        ("uniform alone", False),
        ("normal", False),
        ("correlated", False),
        ("survey", False),
        ("skewed", False),
        ("blobs", True),
        ("rounded blobs", True),
        ("two modes", True),
    ],
)
def test_groups_are_told_from_noise(kmeans_structure, name, has_groups):
    columns, clusters = shapes(name, 11)
    found = kmeans_structure.structure(*prepared_columns(columns), clusters)
    assert found["customers"] == 400
    assert found["reference_tables"] == 39
    threshold = max(
        found["highest_reference_silhouette"], found["reference_silhouette"] + 0.05
    )
    assert (found["simplified_silhouette"] > threshold) == has_groups


def test_structure_is_free_of_the_last_bits_and_repeats_itself(kmeans_structure):
    columns, clusters = shapes("blobs", 3)
    found = kmeans_structure.structure(*prepared_columns(columns), clusters)
    again = kmeans_structure.structure(*prepared_columns(columns * 1000), clusters)
    assert found == again
    assert found["simplified_silhouette"] == float(
        f"{found['simplified_silhouette']:.10g}"
    )


def test_fits_run_on_one_thread_in_a_fresh_process():
    # Only loaded thread pools can be limited. In a new process, none is loaded yet.
    script = f"""
import sys
sys.path.insert(0, {str(ROOT / "tests" / "python")!r})
import numpy as np
from loading import load_model
from threadpoolctl import threadpool_info
model = load_model("models/assume/kmeans_structure.py")
assert "sklearn" not in sys.modules
fit, threads = model.fit, set()
def observed(*arguments):
    found = fit(*arguments)
    threads.update(pool["num_threads"] for pool in threadpool_info())
    return found
model.fit = observed
x = np.random.default_rng(0).normal(size=(40, 1))
row = dict(transform="none", center=0.0, scale=1.0, weight=1.0, block="x")
model.structure(x, [row | dict(scale_method="standard")], 2)
print(threads)
"""
    finished = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert finished.stdout.splitlines() == ["{1}"], finished.stderr


# elongation


@pytest.mark.parametrize("features", [2, 3, 7])
def test_elongation_is_that_of_the_principal_components(segment_elongations, features):
    generator = np.random.default_rng(features)
    vectors = generator.normal(size=(90, features)) @ generator.normal(
        size=(features, features)
    )
    longest, *others = PCA().fit(vectors).explained_variance_
    found = segment_elongations.elongation(np.cov(vectors.T))
    assert found == pytest.approx(longest / np.mean(others))


@pytest.mark.parametrize(
    "covariances",
    [
        [[4.0]],
        [[0.0, 0], [0, 0]],
        [[1.0, 1], [1, 1]],
        [[-1e-18]],
        [[-1e-18, 0], [0, 0]],
    ],
)
def test_a_line_or_a_point_has_no_elongation(segment_elongations, covariances):
    assert segment_elongations.elongation(np.array(covariances)) is None


# builds

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
        ("noise", {"structure"}, {"outliers", "roundness"}),
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
    assert len(rows) == 7
    assert {row["status"] for row in rows.values()} == {"pass"}


@pytest.mark.slow
def test_a_single_feature_has_no_shape_and_is_not_idle(built):
    assert not {"roundness", "idle_feature"} & set(found(built, "million"))


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
    long = {}
    for name, rows in members.items():
        axes = PCA().fit(rows).explained_variance_
        long[name] = axes[0] / axes[1:].mean()
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
        "roundness": max(long[name] for name in reliable),
        "outliers": ((z**2 * far).sum(axis=0) / len(z)).max(),
        "leverage": max(shifts.values()),
        "idle_feature": explained.min(),
    }
    rows = found(built, segmentation)
    assert {name: rows[name]["figure"] for name in expected} == pytest.approx(
        expected, rel=1e-6, abs=1e-12
    )
    assert rows["roundness"]["subject"] == max(reliable, key=long.get)
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
