"""Data without groups, of every shape, is distinguished from groups. Each figure equals
that of scikit-learn on the same customers.
"""

import subprocess
import sys

import numpy as np
import pytest
from loading import load_model
from preparations import prepared_columns
from project import ROOT
from sklearn.cluster import KMeans

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def kmeans_structure():
    return load_model("models/assume/kmeans_structure.py")


# Tests of the function reference_tables


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


# Tests of the functions simplified_silhouette and resampled_rand


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


# Tests of the function structure

CENTERS = np.array([[0, 0], [6, 0], [0, 6], [6, 6]])


def shapes(name, seed):
    """Return customers that have a shape, and a number of clusters."""
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
    # Only loaded thread pools can be limited, and a new process has not loaded any.
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
row |= dict(scale_method="standard", shares=[0, 1], reference_values=[-2, 2])
model.structure(x, [row | dict(grid_step=None)], 2)
print(threads)
"""
    finished = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert finished.stdout.splitlines() == ["{1}"], finished.stderr
